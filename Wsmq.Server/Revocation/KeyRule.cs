using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Revocation;

/// <summary>
/// An API key as a rule in the store. The name is the id of the key, followed by a JSON array: its name, the hash of its secret, and its
/// scopes. A fast hash is right here: the secret has 256 random bits, so there is nothing to guess, and a slow one would only make each
/// request dear.
/// </summary>
internal static class KeyRule
{
    /// <summary>The length of an id: 12 random bytes in base64url.</summary>
    public const int IdLength = 16;

    private const int FirstScope = 2;

    public static AccessRule Of(string id, string name, string secret, IEnumerable<string> scopes, long createdAt, long until)
    {
        string[] parts = [name, Convert.ToBase64String(HashOf(secret)), .. scopes];
        var json = JsonSerializer.Serialize(parts, WsmqJsonContext.Relaxed.StringArray);
        return new AccessRule(AccessRuleKind.Key, id + json, createdAt, until);
    }

    public static string IdOf(AccessRule rule) => rule.Name.Length >= IdLength ? rule.Name[..IdLength] : rule.Name;

    public static bool IsValid(AccessRule rule, long now) => rule.At > 0 && rule.Until > now && PartsOf(rule).Length > FirstScope;

    public static string NameOf(AccessRule rule) => PartsOf(rule)[0];

    public static string[] ScopesOf(AccessRule rule) => PartsOf(rule)[FirstScope..];

    /// <summary>Whether a secret is that of the key. The time that it takes says nothing about the secret.</summary>
    public static bool IsSecret(AccessRule rule, string secret)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(PartsOf(rule)[1], hash, out var length) && length == hash.Length
            && CryptographicOperations.FixedTimeEquals(hash, HashOf(secret));
    }

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    // A rule that is corrupt or foreign is no key.
    private static string[] PartsOf(AccessRule rule)
    {
        try
        {
            return JsonSerializer.Deserialize(rule.Name[IdOf(rule).Length..], WsmqJsonContext.Relaxed.StringArray) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
