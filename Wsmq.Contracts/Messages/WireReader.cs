using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Wsmq;

/// <summary>Reads texts from the wire; of a text that is too long for every field, only a part.</summary>
internal static class WireReader
{
    // More than any field accepts, even where every character is escaped. A frame may contain a text of half a million bytes.
    private const int MostBytes = 8 * 1024;

    /// <summary>
    /// Returns the string at the reader. One that is too long for any field loses its middle: it is still too long, and keeps its first
    /// and last characters, which select the error.
    /// </summary>
    /// <exception cref="InvalidOperationException">The string contains an unpaired surrogate.</exception>
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
