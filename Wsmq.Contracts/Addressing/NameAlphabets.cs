using System.Globalization;
using System.Numerics;
using System.Text;

namespace Wsmq;

/// <summary>
/// Rejects names that mix look-alike alphabets. A word must use one alphabet: <c>Отдел IT</c> is valid, a Latin word with one Cyrillic
/// letter imitates another name. In a name with several alphabets, each must have a letter that does not look like a Latin one.
/// </summary>
internal static class NameAlphabets
{
    [Flags]
    private enum Alphabets
    {
        None = 0,
        Latin = 1,
        Greek = 2,
        Cyrillic = 4,
        Armenian = 8,

        /// <summary>
        /// Cherokee, Lisu, Coptic and others, most of whose letters look like those above: not allowed beside them even in other words.
        /// </summary>
        Rare = 16,
    }

    // Greek, Cyrillic and Armenian letters that look like a Latin letter in common fonts.
    private const string LatinLike =
        "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺϳοιρυνϲ" + "АВЕЅІЇЈКМНОРСТУХҮҺӀԚԜЁаеорсухѕіїјһӏԁԛԝёѵү" + "ՏՍՕԼաոսօհցզյ";

    public static string? Defect(string name)
    {
        var (all, distinct, word, start) = (Alphabets.None, Alphabets.None, Alphabets.None, 0);
        for (var i = 0; i < name.Length;)
        {
            var rune = Rune.GetRuneAt(name, i);
            if (!IsInWord(rune))
            {
                if (Mix(word) is { } mixed)
                    return MixedWord(name[start..i], mixed);
                (word, start) = (Alphabets.None, i + rune.Utf16SequenceLength);
            }

            var alphabet = Of(rune);
            word |= alphabet;
            all |= alphabet;
            if (!rune.IsBmp || !LatinLike.Contains((char)rune.Value, StringComparison.Ordinal))
                distinct |= alphabet;
            i += rune.Utf16SequenceLength;
        }

        return Mix(word) is { } last ? MixedWord(name[start..], last)
            : Mix(all) is not { } names ? null
            : (all & Alphabets.Rare) != 0 ? $"it mixes alphabets whose letters look alike ({names})"
            : (all & ~distinct) != 0 ? $"all its {all & ~distinct} letters look like letters of another alphabet: use that alphabet"
            : null;
    }

    private static string? Mix(Alphabets alphabets) => BitOperations.PopCount((uint)alphabets) > 1 ? alphabets.ToString() : null;

    private static string MixedWord(string word, string alphabets) =>
        $"its word '{word}' mixes letters that look alike ({alphabets}): write a word in one alphabet, or split it with a space or hyphen";

    private static bool IsInWord(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.Format;

    private static Alphabets Of(Rune rune) => !Rune.IsLetter(rune) ? Alphabets.None : rune.Value switch
    {
        (>= 0x03E2 and <= 0x03EF) => Alphabets.Rare,
        < 0x02B0 or (>= 0x1D00 and <= 0x1D7F) or (>= 0x1E00 and <= 0x1EFF) or (>= 0x2C60 and <= 0x2C7F) or (>= 0xA720 and <= 0xA7FF)
            or (>= 0xAB30 and <= 0xAB6F) => Alphabets.Latin,
        (>= 0x0370 and <= 0x03FF) or (>= 0x1F00 and <= 0x1FFF) => Alphabets.Greek,
        (>= 0x0400 and <= 0x052F) or (>= 0x1C80 and <= 0x1C8F) or (>= 0x2DE0 and <= 0x2DFF) or (>= 0xA640 and <= 0xA69F)
            => Alphabets.Cyrillic,
        (>= 0x0531 and <= 0x0588) => Alphabets.Armenian,
        var value => IsRare(value) ? Alphabets.Rare : Alphabets.None,
    };

    // Cherokee, Canadian syllabics, Ogham, Runic, Glagolitic, Coptic, Tifinagh, Vai, Lisu, Bamum, and the alphabets of plane 1
    // from Lycian to Vithkuqi, Warang Citi, Medefaidrin, Miao and Adlam.
    private static bool IsRare(int value) => value is
        (>= 0x13A0 and <= 0x167F) or (>= 0x1680 and <= 0x16FF) or (>= 0x18B0 and <= 0x18FF) or (>= 0x2C00 and <= 0x2C5F)
        or (>= 0x2C80 and <= 0x2CFF) or (>= 0x2D30 and <= 0x2D7F) or (>= 0xA4D0 and <= 0xA6FF) or (>= 0xAB70 and <= 0xABBF)
        or (>= 0x10280 and <= 0x105FF) or (>= 0x118A0 and <= 0x118FF) or 0x11FB0 or (>= 0x16E40 and <= 0x16F9F) or (>= 0x1E900 and <= 0x1E95F);
}
