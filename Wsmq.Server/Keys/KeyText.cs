using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Wsmq.Server.Authorization;
using Wsmq.Server.Revocation;

namespace Wsmq.Server.Keys;

/// <summary>
/// The text of an API key: a prefix, the id, and the secret. It is read from headers only: a URL
/// would be logged.
/// </summary>
internal readonly record struct KeyText(string Id, string Secret)
{
    private const string Prefix = KeyIdentity.TextPrefix;
    public const string Header = "X-Api-Key";

    private const string Bearer = "Bearer ";
    private const int IdBytes = 12;
    private const int SecretBytes = 32;

    // 32 bytes in base64url.
    private const int SecretLength = 43;

    public static KeyText Create() => new(
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)),
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>Whether the request carries a key, valid or not.</summary>
    public static bool IsIn(HttpRequest request) => request.Headers.ContainsKey(Header) || InBearer(request) is not null;

    /// <summary>False if the request carries no well-formed key, or two credentials, which might be of different users.</summary>
    public static bool TryRead(HttpRequest request, out KeyText key)
    {
        var text = request.Headers[Header] switch
        {
            [] => InBearer(request),
            [{ } one] when request.Headers.Authorization.Count == 0 => one,
            _ => null,
        };
        return TryParse(text, out key);
    }

    public override string ToString() => Prefix + Id + Secret;

    private static bool TryParse(string? text, out KeyText key)
    {
        key = default;
        if (text?.Length != Prefix.Length + KeyRule.IdLength + SecretLength || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        key = new KeyText(text.Substring(Prefix.Length, KeyRule.IdLength), text[^SecretLength..]);
        return true;
    }

    private static string? InBearer(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith(Bearer + Prefix, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..]
            : null;
}
