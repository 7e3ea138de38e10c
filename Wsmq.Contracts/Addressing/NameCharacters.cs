using System.Globalization;
using System.Text;

namespace Wsmq;

/// <summary>Checks which characters outside ASCII a name may contain.</summary>
internal static class NameCharacters
{
    /// <summary>No writing system puts more marks on one letter, and more would hide the letter (UTS 39, 5.4).</summary>
    private const int MaxMarks = 4;

    public static string? Defect(string name)
    {
        for (var i = 0; i < name.Length;)
        {
            // A lone surrogate has no UTF-8 form: two such names would share one key.
            if (!Rune.TryGetRuneAt(name, i, out var rune))
                return "it contains half of a surrogate pair";
            if (NameJoiners.IsJoiner(rune))
            {
                if (!NameJoiners.IsNeeded(name, i))
                    return $"it contains the character U+{rune.Value:X4}, which is invisible at that place";
            }
            else if (IsForbidden(rune))
            {
                return $"it contains the character U+{rune.Value:X4}, which is invisible or unassigned";
            }

            i += rune.Utf16SequenceLength;
        }

        return null;
    }

    /// <summary>Checks combining marks, in a text without unpaired surrogates.</summary>
    public static string? DefectOfMarks(string name)
    {
        var (marks, last) = (0, default(Rune));
        var isFirst = true;
        foreach (var rune in name.EnumerateRunes())
        {
            var isMark = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
            if (isMark && isFirst)
                return "it begins with a combining mark";
            marks = isMark ? marks + 1 : 0;
            if (marks > MaxMarks || (marks > 1 && rune == last))
                return $"it has more combining marks on one letter than any language uses (U+{rune.Value:X4})";
            (last, isFirst) = (rune, false);
        }

        return null;
    }

    /// <summary>Returns the text without characters that a reader cannot see; null where it contains an unpaired surrogate.</summary>
    public static string? WithoutInvisible(string name)
    {
        var kept = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length;)
        {
            if (!Rune.TryGetRuneAt(name, i, out var rune))
                return null;
            if (!IsInvisible(rune) || (NameJoiners.IsJoiner(rune) && NameJoiners.IsNeeded(name, i)))
                kept.Append(rune.ToString());
            i += rune.Utf16SequenceLength;
        }

        return kept.ToString();
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format || IsBlank(rune.Value);

    private static bool IsForbidden(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse => true,
        UnicodeCategory.SpaceSeparator => rune.Value != ' ',
        _ => IsBlank(rune.Value),
    };

    // Letters, marks and symbols that render as nothing or as a placeholder: Hangul, Khmer, Khitan and Egyptian fillers, variation
    // selectors, the Braille blank, the musical null notehead, the object replacement and the replacement character.
    private static bool IsBlank(int value) =>
        value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0 or 0xFFFC or 0xFFFD
            or 0x13441 or 0x13442 or 0x16FE4 or 0x1D159
            or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
