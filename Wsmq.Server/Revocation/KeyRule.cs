using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Revocation;

/// <summary>
/// An API key, as it is stored. The name of its rule is the id of the key, followed by a JSON array: its name, the hash of its secret, and
/// its scopes. That is parsed once, when a node learns of the rule. A fast hash is right here: the secret has 256 random bits, so there is
/// nothing to guess, and a slow one would only make each request dear.
/// </summary>
internal sealed class KeyRule
{
    /// <summary>The length of an id: 12 random bytes in base64url.</summary>
    public const int IdLength = 16;

    private const int FirstScope = 2;

    private readonly byte[] _hash;

    private KeyRule(AccessRule rule, string[] parts) =>
        (Rule, Name, _hash, Scopes) = (rule, parts[0], Convert.FromBase64String(parts[1]), Array.AsReadOnly(parts[FirstScope..]));

    public AccessRule Rule { get; }

    public string Id => IdOf(Rule);

    public string Name { get; }

    public IReadOnlyList<string> Scopes { get; }

    /// <summary>A new key.</summary>
    public static KeyRule Of(string id, string name, string secret, IEnumerable<string> scopes, long createdAt, long until)
    {
        string[] parts = [name, Convert.ToBase64String(HashOf(secret)), .. scopes];
        var json = JsonSerializer.Serialize(parts, WsmqJsonContext.Relaxed.StringArray);
        return new KeyRule(new AccessRule(AccessRuleKind.Key, id + json, createdAt, until), parts);
    }

    /// <summary>Reads a key from its rule. A rule that is corrupt or foreign is a key that is never valid.</summary>
    public static KeyRule Read(AccessRule rule) => new(rule, PartsOf(rule) ?? [string.Empty, string.Empty]);

    public static string IdOf(AccessRule rule) => rule.Name.Length >= IdLength ? rule.Name[..IdLength] : rule.Name;

    public bool IsValid(long now) => Rule.At > 0 && Rule.Until > now && Scopes.Count > 0;

    /// <summary>Whether a secret is that of the key. The time that it takes says nothing about the secret.</summary>
    public bool IsSecret(string secret) => CryptographicOperations.FixedTimeEquals(_hash, HashOf(secret));

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static string[]? PartsOf(AccessRule rule)
    {
        try
        {
            var parts = JsonSerializer.Deserialize(rule.Name[IdOf(rule).Length..], WsmqJsonContext.Relaxed.StringArray);
            return parts?.Length > FirstScope && Array.TrueForAll(parts, p => p is not null) && IsHash(parts[1]) ? parts : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsHash(string text) =>
        Convert.TryFromBase64String(text, new byte[SHA256.HashSizeInBytes], out var length) && length == SHA256.HashSizeInBytes;
}
