namespace Wsmq;

/// <summary>Refuses a hub URL that cannot work, or that sets what an option of the client sets.</summary>
internal static class HubUrl
{
    private const string Example = "https://example.test/wsmq";

    public static void Check(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri)
            throw Refused(url, $"must be absolute, such as {Example}: '{url}'");
        if (url.Scheme is not ("http" or "https" or "ws" or "wss"))
            throw Refused(url, $"must begin with https, http, wss or ws, such as {Example}, not with {url.Scheme}");
        if (url.UserInfo.Length > 0)
        {
            throw Refused(
                url, "must not contain a user or a password, which are never sent: set "
                    + $"{nameof(WsmqClientOptions)}.{nameof(WsmqClientOptions.AccessTokenProvider)}");
        }

        if (url.Fragment.Length > 0)
            throw Refused(url, "must not contain a fragment (#…), which is never sent: leave it out");
        foreach (var name in Names(url.Query))
        {
            if (WayOut(name) is { } wayOut)
                throw Refused(url, $"must not contain '{name}' in its query: {wayOut}");
        }
    }

    // Servers match query names without regard to case.
    private static string? WayOut(string name) => name.ToUpperInvariant() switch
    {
        "DEVICE" => $"set {nameof(WsmqClientOptions)}.{nameof(WsmqClientOptions.Device)}",
        "BATCH" or "STORE" or "STATE" or "STATUS" or "SKIPS" or "HOLD" or "ID" => "the client sets it itself: remove it",
        _ => null,
    };

    private static IEnumerable<string> Names(string query) =>
        query.TrimStart('?').Split('&').Select(pair => Uri.UnescapeDataString(pair.Split('=')[0].Replace('+', ' ')));

    // Never includes the whole URL: its query may contain a token.
    private static ArgumentException Refused(Uri url, string why) => new($"The URL of the hub {why}.", nameof(url));
}
