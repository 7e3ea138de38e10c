using System.Globalization;
using System.Text;

namespace Wsmq;

/// <summary>
/// Decides where the zero-width joiner and non-joiner belong to the spelling, by the CONTEXTJ rules of IDNA (RFC 5892, A.1 and A.2).
/// After a virama both change the letter; between letters of Arabic script that would join, the non-joiner separates them, as in
/// Persian. Elsewhere they are invisible.
/// </summary>
internal static class NameJoiners
{
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;

    public static bool IsJoiner(Rune rune) => rune.Value is NonJoiner or Joiner;

    /// <param name="name">The text; before the joiner it contains no unpaired surrogate.</param>
    /// <param name="index">The index of the joiner.</param>
    public static bool IsNeeded(string name, int index)
    {
        if (index == 0 || index == name.Length - 1)
            return false;
        if (Rune.DecodeLastFromUtf16(name.AsSpan(0, index), out var before, out _) == System.Buffers.OperationStatus.Done && IsVirama(before.Value))
            return true;
        return name[index] == NonJoiner && JoinsForwards(name, index) && JoinsBackwards(name, index);
    }

    private static bool JoinsForwards(string name, int index)
    {
        do
            index--;
        while (index >= 0 && IsMark(name[index]));
        return index >= 0 && IsArabic(name[index]) && !JoinsOnlyBackwards(name[index]) && !JoinsNot(name[index]);
    }

    private static bool JoinsBackwards(string name, int index)
    {
        do
            index++;
        while (index < name.Length && IsMark(name[index]));
        return index < name.Length && IsArabic(name[index]) && !JoinsNot(name[index]);
    }

    private static bool IsMark(char c) => char.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark;

    private static bool IsArabic(char c) => char.IsLetter(c) && c is (>= '\u0620' and <= '\u06FF') or (>= '\u0750' and <= '\u077F') or (>= '\u08A0' and <= '\u08FF');

    // Joining type R of Unicode's ArabicShaping.txt.
    private static bool JoinsOnlyBackwards(char c) => c is
        (>= '\u0622' and <= '\u0625') or '\u0627' or '\u0629' or (>= '\u062F' and <= '\u0632') or '\u0648' or (>= '\u0671' and <= '\u0673')
        or (>= '\u0675' and <= '\u0677') or (>= '\u0688' and <= '\u0699') or '\u06C0' or (>= '\u06C3' and <= '\u06CB') or '\u06CD' or '\u06CF'
        or '\u06D2' or '\u06D3' or '\u06D5' or '\u06EE' or '\u06EF' or (>= '\u0759' and <= '\u075B') or '\u076B' or '\u076C' or '\u0771'
        or '\u0773' or '\u0774' or '\u0778' or '\u0779' or (>= '\u0870' and <= '\u0882') or '\u088E' or (>= '\u08AA' and <= '\u08AC') or '\u08AE'
        or '\u08B1' or '\u08B2' or '\u08B9';

    // Joining type U.
    private static bool JoinsNot(char c) => c is '\u0621' or '\u0674' or '\u06E5' or '\u06E6' or '\u08AD';

    // Canonical combining class 9 of scripts in use.
    private static bool IsVirama(int value) => value is
        0x094D or 0x09CD or 0x0A4D or 0x0ACD or 0x0B4D or 0x0BCD or 0x0C4D or 0x0CCD or 0x0D3B or 0x0D3C or 0x0D4D or 0x0DCA or 0x0E3A
        or 0x0EBA or 0x0F84 or 0x1039 or 0x103A or 0x1714 or 0x1715 or 0x1734 or 0x17D2 or 0x1A60 or 0x1B44 or 0x1BAA or 0x1BAB or 0x1BF2
        or 0x1BF3 or 0x2D7F or 0xA806 or 0xA82C or 0xA8C4 or 0xA953 or 0xA9C0 or 0xAAF6 or 0xABED or 0x11046 or 0x110B9 or 0x11133
        or 0x11134 or 0x111C0 or 0x11235 or 0x112EA or 0x1134D or 0x11442 or 0x114C2 or 0x115BF or 0x1163F or 0x116B6;
}
