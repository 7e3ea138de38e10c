using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Wsmq;

/// <summary>
/// Which names an address or a device may carry. Two different names must not look the same to the person who grants access, so a
/// name is judged: normalized text, in which the letters of one word are of one alphabet (a reduced form of the restriction levels
/// in Unicode UTS 39). Every name, judged or not, is free of what could not be seen, or could do harm in a log or on a terminal.
/// </summary>
internal static class NameRules
{
    /// <summary>
    /// False where the run time cannot tell whether a text is in NFKC: with <c>InvariantGlobalization</c> every text passes for
    /// normalized, and in a browser asking throws. The rule about NFKC is then without effect, and left to the server.
    /// </summary>
    public static bool KnowsNormalization { get; } = AskForNormalization();

    /// <summary>Checks a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="maxBytes">The most bytes that it may take in UTF-8.</param>
    /// <param name="isJudged">Whether names must not look like each other, either.</param>
    /// <param name="error">Which error it is, if the result is false.</param>
    /// <param name="detail">What is wrong, and where there is one the form that would be taken.</param>
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
            return "it holds a control character";
        return (isAscii ? null : NameCharacters.Defect(name))
            ?? (name[0] == ' ' || name[^1] == ' ' ? "it begins or ends with a space" : null)
            ?? (isAscii || !isJudged ? null : Likeness(name));
    }

    private static string? Likeness(string name) =>
        NameCharacters.DefectOfMarks(name)
        ?? (KnowsNormalization && !name.IsNormalized(NormalizationForm.FormKC)
            ? "it is not in Unicode normalization form NFKC, so that it looks like another name" : null)
        ?? NameAlphabets.Defect(name);

    /// <summary>What somebody who typed the name meant, if it would be taken: without what cannot be seen, and normalized.</summary>
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
