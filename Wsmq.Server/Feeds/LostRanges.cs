namespace Wsmq.Server.Feeds;

/// <summary>
/// Ranges of entries that this node has seen and the log no longer has, as after a failover to a replica that had not received them. Each
/// range begins after one position and ends with another one. There may be several, because a reader that was disconnected may have missed
/// more than one failover. Immutable: adding a range creates a new instance.
/// </summary>
internal sealed class LostRanges
{
    /// <summary>No lost entries, as for nearly every log.</summary>
    public static readonly LostRanges None = new([]);

    // A reader that was disconnected during more failovers of one log than this is notified of the last ones only.
    private const int Most = 16;

    private readonly (WsmqPosition From, WsmqPosition Through)[] _ranges;

    private LostRanges((WsmqPosition From, WsmqPosition Through)[] ranges) => _ranges = ranges;

    /// <summary>Adds a range: the entries after <paramref name="from"/>, which the log has, up to <paramref name="through"/>.</summary>
    public LostRanges With(WsmqPosition from, WsmqPosition through)
    {
        // A log that fell back to before the end of an earlier range has lost the entries in between as well: such ranges are merged.
        var apart = Array.FindAll(_ranges, r => r.Through <= from || through <= r.From);
        foreach (var range in _ranges.Except(apart))
            (from, through) = (Min(from, range.From), WsmqPosition.Max(through, range.Through));
        return new([.. apart.TakeLast(Most - 1), (from, through)]);
    }

    /// <summary>The last missing position if the entries directly after a position are missing; null if they are not.</summary>
    public WsmqPosition? After(WsmqPosition sent)
    {
        foreach (var (from, through) in _ranges)
        {
            if (from <= sent && sent < through)
                return through;
        }

        return null;
    }

    private static WsmqPosition Min(WsmqPosition a, WsmqPosition b) => a < b ? a : b;
}
