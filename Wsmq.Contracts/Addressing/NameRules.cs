using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Wsmq;

/// <summary>
/// The rules for names in addresses and of devices. Two different names must not look the same to the person who grants access.
/// Therefore a name that is checked for look-alikes must be normalized text in which each word uses one alphabet (a reduced form of the
/// restriction levels of Unicode UTS 39). Every name, checked for look-alikes or not, is free of invisible characters and of those that
/// could do harm in a log or a terminal.
/// </summary>
internal static class NameRules
{
    /// <summary>
    /// False where the runtime cannot check whether a text is in NFKC: with <c>InvariantGlobalization</c> every text counts as
    /// normalized, and in a browser the check throws. The NFKC rule then has no effect here, and only the server applies it.
    /// </summary>
    public static bool KnowsNormalization { get; } = AskForNormalization();

    /// <summary>Checks a name; true where it follows the rules.</summary>
    /// <param name="name">The name.</param>
    /// <param name="maxBytes">The maximum length in bytes of UTF-8.</param>
    /// <param name="isJudged">Whether the name is also checked for look-alikes.</param>
    /// <param name="error">The error, if the result is false.</param>
    /// <param name="detail">What is wrong, and the form of the name that would be accepted, where there is one.</param>
    public static bool Check(string? name, int maxBytes, bool isJudged, [NotNullWhen(false)] out WsmqError? error, out string? detail)
    {
        (error, detail) = (null, null);
        if (!string.IsNullOrEmpty(name) && (name.Length > maxBytes || Encoding.UTF8.GetByteCount(name) > maxBytes))
        {
            (error, detail) = (WsmqErrors.NameTooLong, $"at most {maxBytes} bytes in UTF-8");
            return false;
        }

        detail = Defect(name, isJudged);
        if (detail is null)
            return true;
        error = WsmqErrors.InvalidName;
        if (AcceptedForm(name!, maxBytes, isJudged) is { } form)
            detail += $"; write it '{form}'";
        return false;
    }

    private static string? Defect(string? name, bool isJudged)
    {
        if (string.IsNullOrEmpty(name))
            return "it is empty";
        var isAscii = Ascii.IsValid(name);
        if (isAscii && name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return "it contains a control character";
        return (isAscii ? null : NameCharacters.Defect(name))
            ?? (name[0] == ' ' || name[^1] == ' ' ? "it begins or ends with a space" : null)
            ?? (isAscii || !isJudged ? null : Likeness(name));
    }

    private static string? Likeness(string name) =>
        NameCharacters.DefectOfMarks(name)
        ?? (KnowsNormalization && !name.IsNormalized(NormalizationForm.FormKC)
            ? "it is not in Unicode normalization form NFKC, so that it looks like another name" : null)
        ?? NameAlphabets.Defect(name);

    /// <summary>The name without invisible characters and normalized: probably what was meant. Null where that is not accepted.</summary>
    private static string? AcceptedForm(string name, int maxBytes, bool isJudged)
    {
        if (NameCharacters.WithoutInvisible(name) is not { } visible)
            return null;
        var form = (KnowsNormalization ? visible.Normalize(NormalizationForm.FormKC) : visible).Trim(' ');
        return form != name && Encoding.UTF8.GetByteCount(form) <= maxBytes && Defect(form, isJudged) is null ? form : null;
    }

    private static bool AskForNormalization()
    {
        try
        {
            return !"\uFB01".IsNormalized(NormalizationForm.FormKC);
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
    }
}
