using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Wsmq;

/// <summary>
/// Which names an address, a device or a message id may carry. Two different names must not look the same to the person
/// who grants access, so only normalized text without invisible characters is taken, and letters of Latin, Greek and
/// Cyrillic are not mixed (a reduced form of the restriction levels in Unicode UTS 39).
/// </summary>
internal static class NameRules
{
    /// <summary>
    /// False in a process with <c>InvariantGlobalization</c>, where .NET takes every text as normalized: the rule about NFKC is then
    /// without effect.
    /// </summary>
    public static bool KnowsNormalization { get; } = !"\uFB01".IsNormalized(NormalizationForm.FormKC);

    public static bool Check(string? name, int maxBytes, [NotNullWhen(false)] out WsmqError? error, out string? detail)
    {
        error = null;
        detail = null;
        if (string.IsNullOrEmpty(name))
            detail = "it is empty";
        else if (name.Length > maxBytes || Encoding.UTF8.GetByteCount(name) > maxBytes)
            (error, detail) = (WsmqErrors.NameTooLong, $"at most {maxBytes} bytes in UTF-8");
        else if (!Ascii.IsValid(name))
            detail = UnicodeDefect(name);
        else if (name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            detail = "it holds a control character";

        if (error is null && detail is null && (name![0] == ' ' || name[^1] == ' '))
            detail = "it begins or ends with a space";
        if (detail is not null)
            error ??= WsmqErrors.InvalidName;
        return error is null;
    }

    private static string? UnicodeDefect(string name)
    {
        var scripts = Scripts.None;
        for (var i = 0; i < name.Length;)
        {
            // A lone surrogate has no UTF-8 form: two such names would share one key.
            if (!Rune.TryGetRuneAt(name, i, out var rune))
                return "it holds half a surrogate pair";
            if (Forbidden(rune))
                return $"it holds the character U+{rune.Value:X4}, which is invisible or unassigned";
            scripts |= ScriptOf(rune);
            i += rune.Utf16SequenceLength;
        }

        if (!name.IsNormalized(NormalizationForm.FormKC))
            return "it is not in Unicode normalization form NFKC, so that it looks like another name";
        return (scripts & (scripts - 1)) != 0 ? "it mixes Latin, Greek or Cyrillic letters that look alike" : null;
    }

    private static bool Forbidden(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse => true,
        UnicodeCategory.SpaceSeparator => rune.Value != ' ',
        _ => IsDefaultIgnorable(rune.Value),
    };

    // Letters and marks that render as nothing (Hangul fillers, the Mongolian and the general variation selectors).
    private static bool IsDefaultIgnorable(int value) =>
        value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0
            or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    [Flags]
    private enum Scripts
    {
        None = 0,
        Latin = 1,
        Greek = 2,
        Cyrillic = 4,
        Armenian = 8,
        Cherokee = 16,
    }

    private static Scripts ScriptOf(Rune rune) => !Rune.IsLetter(rune) ? Scripts.None : rune.Value switch
    {
        < 0x0250 or (>= 0x1E00 and <= 0x1EFF) or (>= 0x2C60 and <= 0x2C7F) or (>= 0xA720 and <= 0xA7FF) => Scripts.Latin,
        (>= 0x0370 and <= 0x03FF) or (>= 0x1F00 and <= 0x1FFF) => Scripts.Greek,
        (>= 0x0400 and <= 0x052F) or (>= 0x1C80 and <= 0x1C8F) or (>= 0x2DE0 and <= 0x2DFF) or (>= 0xA640 and <= 0xA69F)
            => Scripts.Cyrillic,
        (>= 0x0531 and <= 0x0588) => Scripts.Armenian,
        (>= 0x13A0 and <= 0x13FF) or (>= 0xAB70 and <= 0xABBF) => Scripts.Cherokee,
        _ => Scripts.None,
    };
}
