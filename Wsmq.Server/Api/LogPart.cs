using Wsmq.Server.Framing;
using Wsmq.Server.Selecting;

namespace Wsmq.Server.Api;

/// <summary>An entry of a log, entries that are missing from it, or entries that a filter leaves out.</summary>
/// <param name="After">The position after which they begin.</param>
/// <param name="Through">The position of the entry, or of the last one that is missing or left out.</param>
/// <param name="Entry">The entry; null if entries are missing or left out.</param>
/// <param name="Reason">Why they are missing.</param>
internal readonly record struct LogPart(WsmqPosition After, WsmqPosition Through, FeedEntry? Entry, string? Reason)
{
    /// <summary>Whether a filter leaves the entries out.</summary>
    public bool IsSkip => Entry is null && Reason is null;

    /// <summary>
    /// The entry for a reader that was told of nothing after a position: it must not take what was left out before the entry for missing.
    /// </summary>
    public FeedEntry? EntryAfter(WsmqPosition told) => Entry?.Previous > told ? Entry.After(told) : Entry;

    /// <summary>
    /// A page as a reader receives it: its readable entries in order, and before each the gap of what is missing. The rules are those of
    /// deliveries.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="after">The position after which it was read.</param>
    /// <param name="now">The clock of the store, in µs since 1970.</param>
    /// <param name="filter">Selects the entries; null for all.</param>
    public static List<LogPart> Of(FeedPage page, WsmqPosition after, long now, EntryFilter? filter)
    {
        var parts = new List<LogPart>(page.Entries.Length);
        var reached = after;
        void Missing(WsmqPosition through, string reason)
        {
            // Neighbours that have expired are one gap.
            if (reason == WsmqGapReasons.Expired && parts is [.., { Reason: WsmqGapReasons.Expired } before])
                parts[^1] = before with { Through = through };
            else
                parts.Add(new LogPart(reached, through, null, reason));
            reached = through;
        }

        void Skipped(WsmqPosition through)
        {
            if (parts is [.., { IsSkip: true } before])
                parts[^1] = before with { Through = through };
            else
                parts.Add(new LogPart(reached, through, null, null));
        }

        if (page.State.Removed > reached)
            Missing(page.State.Removed, page.State.Removed <= page.State.Consumed ? WsmqGapReasons.Consumed : WsmqGapReasons.Retention);
        foreach (var entry in page.Entries.Where(e => e.Position > after))
        {
            if (entry.Previous > reached)
                Missing(entry.Previous, WsmqGapReasons.Lost);
            if (entry.Defect is not null)
            {
                Missing(entry.Position, WsmqGapReasons.Lost);
                continue;
            }

            if (entry.Ends <= now)
            {
                Missing(entry.Position, WsmqGapReasons.Expired);
                continue;
            }

            if (filter?.Selects(entry) ?? true)
                parts.Add(new LogPart(reached, entry.Position, entry, null));
            else
                Skipped(entry.Position);
            reached = entry.Position;
        }

        if (page.Entries.Length == 0 && reached < page.State.Tail)
            Missing(page.State.Tail, WsmqGapReasons.Lost);
        return parts;
    }
}
