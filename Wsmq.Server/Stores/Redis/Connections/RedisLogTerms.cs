using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>What append.lua gets before the content of a message that expects a tail or is state; see state.lua.</summary>
internal static class RedisLogTerms
{
    // Whether it removes, and two numbers of ten digits.
    private const int FlagsLength = 21;

    public static int LengthOf(in AppendRequest item) => item.Log is not { } terms ? 0
        : (terms.ExpectedTail is null ? 0 : WsmqPosition.Length)
        + (terms.StateKey is { } key ? FlagsLength + 1 + Encoding.UTF8.GetByteCount(key) : 0);

    /// <summary>Writes it, and returns its length.</summary>
    public static int Write(in AppendRequest item, Span<byte> to)
    {
        if (item.Log is not { } terms)
            return 0;
        var length = 0;
        if (terms.ExpectedTail is { } tail)
        {
            Utf8.TryWrite(to, CultureInfo.InvariantCulture, $"{tail.Value:D16}", out length);
            to = to[length..];
        }

        if (terms.StateKey is not { } key)
            return length;
        Utf8.TryWrite(to, CultureInfo.InvariantCulture, $"{(terms.RemovesState ? 1 : 0)}{terms.MaxStateKeys:D10}{terms.MaxStateBytes:D10}", out _);
        var bytes = Encoding.UTF8.GetBytes(key, to[(FlagsLength + 1)..]);
        to[FlagsLength] = (byte)bytes;
        return length + FlagsLength + 1 + bytes;
    }
}
