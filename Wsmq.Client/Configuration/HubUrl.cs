namespace Wsmq;

/// <summary>Refuses an address of a hub that cannot work, or that says what an option says.</summary>
internal static class HubUrl
{
    private const string Example = "https://example.test/wsmq";

    public static void Check(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri)
            throw Refused(url, $"must be absolute, such as {Example}: '{url}'");
        if (url.Scheme is not ("http" or "https" or "ws" or "wss"))
            throw Refused(url, $"must begin with https, http, wss or ws, such as {Example}, and not with {url.Scheme}");
        if (url.UserInfo.Length > 0)
            throw Refused(url, $"must not hold a user or a password, which nothing sends: set {nameof(WsmqClientOptions)}.{nameof(WsmqClientOptions.AccessTokenProvider)}");
        if (url.Fragment.Length > 0)
            throw Refused(url, "must not hold a fragment (#…), which no server gets: leave it out");
        foreach (var name in Names(url.Query))
        {
            if (WayOut(name) is { } wayOut)
                throw Refused(url, $"must not hold '{name}' in its query: {wayOut}");
        }
    }

    // Servers take names of any case.
    private static string? WayOut(string name) => name.ToUpperInvariant() switch
    {
        "DEVICE" => $"set {nameof(WsmqClientOptions)}.{nameof(WsmqClientOptions.Device)}",
        "BATCH" or "STORE" or "ID" => "the client sets it itself: leave it out",
        _ => null,
    };

    private static IEnumerable<string> Names(string query) =>
        query.TrimStart('?').Split('&').Select(pair => Uri.UnescapeDataString(pair.Split('=')[0].Replace('+', ' ')));

    // Never the whole address: its query may hold a token.
    private static ArgumentException Refused(Uri url, string why) => new($"The address of the hub {why}.", nameof(url));
}
