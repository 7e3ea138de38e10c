using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Wsmq;

/// <summary>Reads texts from the wire, and only a part of one that is too long for every field.</summary>
internal static class WireReader
{
    // Above what any field takes, even where every character of it is escaped. A frame may hold a text of half a million bytes.
    private const int MostBytes = 8 * 1024;

    /// <summary>
    /// The string at the reader. One that is too long for any field loses its middle, stays too long, and keeps its beginning and its
    /// last characters, by which the error is chosen.
    /// </summary>
    /// <exception cref="InvalidOperationException">It holds half of a surrogate pair.</exception>
    public static string TextOf(ref Utf8JsonReader reader)
    {
        var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (length <= MostBytes)
            return reader.GetString()!;
        return reader.HasValueSequence
            ? Encoding.UTF8.GetString(reader.ValueSequence.Slice(0, MostBytes / 2)) + Encoding.UTF8.GetString(reader.ValueSequence.Slice(length - (MostBytes / 2)))
            : Encoding.UTF8.GetString(reader.ValueSpan[..(MostBytes / 2)]) + Encoding.UTF8.GetString(reader.ValueSpan[^(MostBytes / 2)..]);
    }
}
