using System.Security.Claims;

namespace Wsmq.Server.Authorization;

/// <summary>
/// The identity of a program that was authenticated by an API key. Its user identifier begins with a prefix that no other user may have, so
/// that no token of an issuer can take it.
/// </summary>
internal static class KeyIdentity
{
    public const string Scheme = "WsmqApiKey";

    /// <summary>What the text of every key begins with, by which scanners for secrets know it.</summary>
    public const string TextPrefix = "wsmqk_";

    private const string Prefix = "key:";
    private const string ScopeClaim = "wsmq_scope";

    public static string UserOf(string name) => Prefix + name;

    public static bool IsReserved(string user) => user.StartsWith(Prefix, StringComparison.Ordinal);

    public static ClaimsIdentity Create(string user, IEnumerable<string> scopes, IEnumerable<Claim> others) => new(
        [
            new Claim(ClaimTypes.NameIdentifier, user), new Claim("sub", user),
            .. scopes.Select(scope => new Claim(ScopeClaim, scope)), .. others,
        ],
        Scheme, "sub", null);

    public static bool Is(ClaimsPrincipal principal) => Of(principal) is not null;

    /// <summary>Whether the scopes of the caller's key allow something. Claims of other identities do not count.</summary>
    public static bool Allows(WsmqCaller caller, string verb, WsmqAddress? target) =>
        Of(caller.Principal) is { } key && key.FindAll(ScopeClaim).Any(scope => KeyScopes.Covers(scope.Value, verb, target));

    /// <summary>Whether a scope of the caller's key allows something somewhere.</summary>
    public static bool Has(WsmqCaller caller, string verb) =>
        Of(caller.Principal) is { } key && key.FindAll(ScopeClaim).Any(scope => KeyScopes.Has(scope.Value, verb));

    /// <summary>The id of the key that a caller has used, which is no secret; null without a key.</summary>
    public static string? IdOf(WsmqCaller caller, WsmqAccessOptions access) => Of(caller.Principal)?.FindFirst(access.TokenIdClaim)?.Value;

    private static ClaimsIdentity? Of(ClaimsPrincipal principal)
    {
        foreach (var identity in principal.Identities)
        {
            if (identity.AuthenticationType == Scheme)
                return identity;
        }

        return null;
    }
}
