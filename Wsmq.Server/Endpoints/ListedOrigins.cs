namespace Wsmq.Server.Endpoints;

/// <summary>Compares the origin of a request with <see cref="WsmqEndpointOptions.AllowedOrigins"/>.</summary>
internal static class ListedOrigins
{
    /// <summary>Whether the list names the origin of a single site: not <c>*</c>, and not <c>null</c>, which any page can have.</summary>
    public static bool NameSite(IEnumerable<string> allowed, string? text) => text != "null" && Name(allowed, text);

    /// <summary>Whether the list names the origin itself; <c>*</c> does not count.</summary>
    public static bool Name(IEnumerable<string> allowed, string? text)
    {
        if (text is null)
            return false;
        if (Origin.IsLiteral(text) && allowed.Contains(text))
            return true;
        return Origin.TryParse(text, out var origin)
            && allowed.Any(a => Origin.TryParse(a, out var other) && other.Value.Equals(origin.Value));
    }
}
