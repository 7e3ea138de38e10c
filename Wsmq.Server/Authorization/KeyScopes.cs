namespace Wsmq.Server.Authorization;

/// <summary>
/// The scopes of API keys: what a key may do, and optionally where. <c>send</c> is everywhere, <c>send:user:bob</c> one address, and
/// <c>send:work:*</c> all addresses of a kind. What no scope names is refused.
/// </summary>
internal static class KeyScopes
{
    public const string Send = "send";
    public const string Read = "read";
    public const string Work = "work";
    public const string Queues = "queues";

    public const int Most = 64;

    // A key that could create keys could give itself every right.
    private static readonly string[] Verbs =
        [Send, Read, Work, Queues, .. Enum.GetValues<WsmqAction>().Where(a => a != WsmqAction.ManageKeys).Select(a => a.ToString())];

    /// <summary>Throws if a scope is malformed, or grants what no key may do.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static void Check(IReadOnlyCollection<string> scopes)
    {
        if (scopes.Count is 0 or > Most)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"a key has 1 to {Most} scopes");
        foreach (var scope in scopes)
        {
            if (scope is null)
                throw new WsmqException(WsmqErrors.InvalidMessage, "a scope is null");
            var (verb, where) = Split(scope);
            if (!Verbs.Contains(verb, StringComparer.OrdinalIgnoreCase))
                throw new WsmqException(WsmqErrors.InvalidMessage, $"a scope begins with one of {string.Join(", ", Verbs)}");
            if (where is not null && !IsKind(where, out _) && !WsmqAddress.TryParse(where, out _, out _))
            {
                throw new WsmqException(
                    WsmqErrors.InvalidMessage, "after its first colon a scope has an address, or a kind of addresses such as user:*");
            }
        }
    }

    /// <summary>Whether a scope allows something, there.</summary>
    public static bool Covers(string scope, string verb, WsmqAddress? target)
    {
        var (granted, where) = Split(scope);
        if (!string.Equals(granted, verb, StringComparison.OrdinalIgnoreCase))
            return false;
        if (where is null)
            return true;
        return target is { } address
            && (IsKind(where, out var kind) ? kind == address.Kind : WsmqAddress.TryParse(where, out var one, out _) && one == address);
    }

    /// <summary>Whether a scope allows something somewhere.</summary>
    public static bool Has(string scope, string verb) => string.Equals(Split(scope).Verb, verb, StringComparison.OrdinalIgnoreCase);

    private static (string Verb, string? Where) Split(string scope)
    {
        var colon = scope.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (scope, null) : (scope[..colon], scope[(colon + 1)..]);
    }

    private static bool IsKind(string where, out WsmqAddressKind kind)
    {
        kind = where switch
        {
            "group:*" => WsmqAddressKind.Group,
            "work:*" => WsmqAddressKind.Work,
            _ => WsmqAddressKind.User,
        };
        return where is "user:*" or "group:*" or "work:*";
    }
}
