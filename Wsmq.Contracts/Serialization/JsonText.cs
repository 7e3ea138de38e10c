using System.Globalization;
using System.Text;

namespace Wsmq;

/// <summary>
/// JSON as short as it can be. By default .NET escapes all that is not ASCII, which makes a text in another alphabet up to six times
/// as long, and what would matter inside of HTML; its relaxed encoder still escapes emoji. Nothing of wsmq is put into HTML as it is.
/// </summary>
internal static class JsonText
{
    private const int EscapeLength = 6;

    private static ReadOnlySpan<byte> Escape => "\\u"u8;

    /// <summary>Writes escaped characters as themselves, except for those that JSON wants escaped and halves of surrogate pairs.</summary>
    /// <param name="json">Valid JSON, which is changed.</param>
    /// <returns>What is left of it.</returns>
    public static Memory<byte> Unescape(Memory<byte> json)
    {
        var text = json.Span;
        var read = text.IndexOf(Escape);
        if (read < 0)
            return json;

        // Not from the first escape on: the backslash before its u may itself be the end of one.
        (read, var written) = (text.IndexOf((byte)'\\'), 0);
        written = read;
        while (read < text.Length)
        {
            var taken = TakeEscape(text[read..], out var character);
            if (taken == 0)
            {
                // As it stands, up to the next escape: two bytes of one that stays.
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

    /// <summary>The length of an escape that can go, or 0.</summary>
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
