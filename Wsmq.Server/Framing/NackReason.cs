using System.Text;

namespace Wsmq.Server.Framing;

/// <summary>The part of a client's reason for a nack that is stored.</summary>
internal static class NackReason
{
    private const int MaxLength = 256;

    /// <summary>
    /// Shortens the text, and replaces control characters and malformed UTF-16: operators see it in lists, one line each.
    /// </summary>
    public static string Shorten(string? reason)
    {
        var kept = new StringBuilder(MaxLength);
        foreach (var rune in (reason ?? string.Empty).EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > MaxLength)
                break;
            kept.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return kept.ToString();
    }
}
