using System.Globalization;

namespace Wsmq.Server.Diagnostics;

/// <summary>Makes text from an untrusted source safe to log: shortens it and replaces characters that are not harmless.</summary>
internal static class PrintableText
{
    private const int Longest = 100;
    private const int LongestExact = 600;
    private const string Plain = ".:/-_[]@+|=~{}*%";

    public static string Of(string text)
    {
        var part = text.Length > Longest ? text[..Longest] : text;
        return new string([.. part.Select(c => char.IsAsciiLetterOrDigit(c) || ".:/-_[],".Contains(c, StringComparison.Ordinal) ? c : '?')]);
    }

    /// <summary>
    /// The text without loss, where it matters which one of two it is: letters and digits of all alphabets, and escapes for the rest.
    /// </summary>
    public static string Exact(string text)
    {
        var (part, rest) = text.Length > LongestExact ? (text[..LongestExact], "...") : (text, string.Empty);
        return string.Concat(part.Select(c => char.IsLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)
            ? $"{c}"
            : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"))) + rest;
    }
}
