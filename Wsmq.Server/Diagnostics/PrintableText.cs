namespace Wsmq.Server.Diagnostics;

/// <summary>Makes text from an untrusted source safe to log: shortens it and replaces characters that are not harmless.</summary>
internal static class PrintableText
{
    private const int Longest = 100;

    public static string Of(string text)
    {
        var part = text.Length > Longest ? text[..Longest] : text;
        return new string([.. part.Select(c => char.IsAsciiLetterOrDigit(c) || ".:/-_[],".Contains(c, StringComparison.Ordinal) ? c : '?')]);
    }
}
