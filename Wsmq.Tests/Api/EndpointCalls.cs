using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Calls endpoints that are named by method and path, such as <c>GET /logs/{address}</c>.</summary>
internal static class EndpointCalls
{
    private static readonly string[] Names = ["group", "user", "device", "id", "token", "uniqueId", "key"];

    /// <summary>The path with an address, and with something for each of the other names in it.</summary>
    public static string PathOf(string endpoint, string address, string position = "0000000000000000")
    {
        var path = endpoint.Split(' ')[1].Replace("{address}", address, StringComparison.Ordinal)
            .Replace("{position}", position, StringComparison.Ordinal);
        path = Names.Aggregate(path, (text, name) => text.Replace($"{{{name}}}", $"some-{name}", StringComparison.Ordinal));
        return path switch
        {
            "/logs" => $"{path}?address={address}",
            "/state" or "/history" => $"{path}?source={address}",
            "/messages/status" or "/messages/readers" => $"{path}?to={address}&position={position}",
            "/messages/tracked" => $"{path}?to={address}",
            "/presence" => $"{path}?user={address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..]}",
            "/messages" when endpoint.StartsWith("DELETE", StringComparison.Ordinal) => $"{path}?to={address}&id=some-id",
            _ when path.EndsWith("/purge", StringComparison.Ordinal) => $"{path}?state=waiting",
            _ => path,
        };
    }

    /// <summary>Makes a request as the endpoint expects it. Of a stream that was opened, the answer is its status.</summary>
    public static Task<ApiAnswer> AskAsync(HttpCaller caller, string endpoint, string address, string position = "0000000000000000")
    {
        var path = PathOf(endpoint, address, position);
        if (path.EndsWith("/events", StringComparison.Ordinal))
            return OpenAsync(caller, path);
        var body = endpoint is "POST /messages" or "POST /requests" ? $$"""{"to":"{{address}}"}""" : OperatorTests.Bodies.GetValueOrDefault(endpoint);
        return body is null ? caller.AskAsync(endpoint.Split(' ')[0], path) : caller.PostAsync(path, body);
    }

    /// <summary>Opens a stream, which does not end by itself.</summary>
    public static async Task<ApiAnswer> OpenAsync(HttpCaller caller, string path)
    {
        await using var stream = await caller.StreamAsync(path);
        if (stream.Status != 200)
            await Eventually.That("the answer is complete", () => stream.HasEnded);
        return new ApiAnswer(stream.Status, stream.Response.Content.Headers.ContentType?.MediaType, null, stream.Raw);
    }
}
