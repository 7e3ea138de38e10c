using System.Globalization;
using System.Text;

namespace Wsmq;

/// <summary>
/// Removes needless escapes from JSON. By default .NET escapes characters that are special in HTML and everything outside ASCII, which
/// makes text in other alphabets up to six times as long; its relaxed encoder still escapes emoji. wsmq never embeds JSON in HTML.
/// </summary>
internal static class JsonText
{
    private const int EscapeLength = 6;

    private static ReadOnlySpan<byte> Escape => "\\u"u8;

    /// <summary>
    /// Replaces escapes by the characters, except where JSON requires the escape and for unpaired surrogates. Works in place.
    /// </summary>
    /// <param name="json">Valid JSON, which is overwritten.</param>
    /// <returns>The part of it that holds the result.</returns>
    public static Memory<byte> Unescape(Memory<byte> json)
    {
        var text = json.Span;
        var read = text.IndexOf(Escape);
        if (read < 0)
            return json;

        // Starts at the first backslash, not at the first \u: that backslash may be the second half of an escaped backslash.
        (read, var written) = (text.IndexOf((byte)'\\'), 0);
        written = read;
        while (read < text.Length)
        {
            var taken = TakeEscape(text[read..], out var character);
            if (taken == 0)
            {
                // Copied unchanged: two bytes of an escape that stays, or the text up to the next escape.
                var rest = text[read..];
                var length = rest[0] == '\\' ? 2 : rest.IndexOf((byte)'\\') is >= 0 and var next ? next : rest.Length;
                rest[..length].CopyTo(text[written..]);
                (read, written) = (read + length, written + length);
                continue;
            }

            read += taken;
            written += Write(character, text[written..]);
        }

        return json[..written];
    }

    /// <summary>The length of an escape that can be replaced, or 0.</summary>
    private static int TakeEscape(ReadOnlySpan<byte> text, out Rune character)
    {
        character = default;
        if (!TryReadUnit(text, out var first) || first < ' ')
            return 0;
        if (Rune.TryCreate(first, out character))
            return EscapeLength;
        return TryReadUnit(text[EscapeLength..], out var second) && Rune.TryCreate(first, second, out character) ? 2 * EscapeLength : 0;
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> text, out char unit)
    {
        unit = default;
        if (!text.StartsWith(Escape) || text.Length < EscapeLength
            || !ushort.TryParse(text[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        unit = (char)value;
        return true;
    }

    private static int Write(Rune character, Span<byte> target)
    {
        if (character.Value is not ('"' or '\\'))
            return character.EncodeToUtf8(target);
        (target[0], target[1]) = ((byte)'\\', (byte)character.Value);
        return 2;
    }
}
