namespace Wsmq.Server.Diagnostics;

/// <summary>What anybody may have written, in a form that a log can hold: short, and in harmless characters.</summary>
internal static class PrintableText
{
    private const int Longest = 100;

    public static string Of(string text)
    {
        var part = text.Length > Longest ? text[..Longest] : text;
        return new string([.. part.Select(c => char.IsAsciiLetterOrDigit(c) || ".:/-_[],".Contains(c, StringComparison.Ordinal) ? c : '?')]);
    }
}
