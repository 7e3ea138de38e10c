using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>What append.lua gets before the content of a message with a delay, or of one that has waited; see delayed.lua.</summary>
internal static class RedisDelay
{
    /// <summary>The length of the key of a message that waits.</summary>
    public const int KeyLength = 21;

    private const int SenderLength = 16;
    private const int TermsLength = 42 + SenderLength;

    public static int LengthOf(in AppendRequest item) => item.Delay is not { } terms ? 0 : terms.Waited is null ? TermsLength : KeyLength;

    /// <summary>Writes it, and returns its length.</summary>
    public static int Write(in AppendRequest item, Span<byte> to)
    {
        if (item.Delay is not { } terms)
            return 0;
        if (terms.Waited is { } key)
            return Encoding.ASCII.GetBytes(key, to);
        Utf8.TryWrite(
            to, CultureInfo.InvariantCulture,
            $"{Math.Min(terms.Delay, WsmqPosition.MaxValue):D16}{Math.Min(terms.NotBefore, WsmqPosition.MaxValue):D16}{terms.MaxWaiting:D10}", out var written);

        // A name may be longer, and could be chosen to collide with another one if it were cut.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(item.Sender), hash);
        hash[..SenderLength].CopyTo(to[written..]);
        return TermsLength;
    }
}
