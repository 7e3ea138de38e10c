using System.Globalization;

namespace Wsmq.Server.Diagnostics;

/// <summary>Makes text from an untrusted source safe to log: shortens it and replaces characters that are not harmless.</summary>
internal static class PrintableText
{
    private const int Longest = 100;

    // More than the longest path with valid names and ids has (about 2,500), so that only text that names nothing is cut.
    private const int LongestExact = 4_096;
    private const int EndOfExact = 512;

    private const string Plain = ".:/-_[]@+|=~{}*%";

    public static string Of(string text)
    {
        var part = text.Length > Longest ? text[..Longest] : text;
        return new string([.. part.Select(c => char.IsAsciiLetterOrDigit(c) || ".:/-_[],".Contains(c, StringComparison.Ordinal) ? c : '?')]);
    }

    /// <summary>
    /// The text without loss, where it matters which one of two it is: letters and digits of all alphabets, and escapes for the rest. What is
    /// too long for a name or an id is cut in the middle, because the end of a path says what was done.
    /// </summary>
    public static string Exact(string text) => text.Length <= LongestExact
        ? Escaped(text)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Escaped(text[..(LongestExact - EndOfExact)])}\\({text.Length - LongestExact}){Escaped(text[^EndOfExact..])}");

    private static string Escaped(string text) => string.Concat(
        text.Select(c => char.IsLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)
            ? $"{c}"
            : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")));
}
