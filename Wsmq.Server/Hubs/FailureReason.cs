using System.Text;

namespace Wsmq.Server.Hubs;

/// <summary>What is kept of the reason that a client gives.</summary>
internal static class FailureReason
{
    private const int MaxLength = 256;

    /// <summary>Short, in one line, and text in any case: it ends up in lists that operators look at.</summary>
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
