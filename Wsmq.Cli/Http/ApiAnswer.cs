using System.Text.Json;

namespace Wsmq.Cli.Http;

/// <summary>A result of the API: what the commands print as text, and the JSON as the server wrote it.</summary>
/// <typeparam name="T">The result.</typeparam>
/// <param name="Value">The result; null where the API returns null.</param>
/// <param name="Json">The JSON, for <c>--json</c>: with all numbers, and with fields that this version does not know.</param>
internal sealed record ApiAnswer<T>(T? Value, string Json);

/// <summary>Reads results.</summary>
internal static class ApiAnswer
{
    public static ApiAnswer<T> Of<T>(string json) => new(Guard(() => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)), json);

    /// <summary>The elements of an array.</summary>
    /// <param name="json">The array, or an object that contains it.</param>
    /// <param name="property">The property with the array; null if there is no object around it.</param>
    public static IReadOnlyList<ApiAnswer<T>> Items<T>(string json, string? property = null) => Guard(() =>
    {
        using var document = JsonDocument.Parse(json);
        var array = property is null ? document.RootElement : document.RootElement.GetProperty(property);
        return (IReadOnlyList<ApiAnswer<T>>)[.. array.EnumerateArray().Select(e => Of<T>(e.GetRawText()))];
    });

    private static TResult Guard<TResult>(Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CliFailure(ExitCodes.Refused, $"The answer of the server is not that of the HTTP API of wsmq: {e.Message}", e);
        }
    }
}
