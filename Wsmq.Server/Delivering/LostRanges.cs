namespace Wsmq.Server.Delivering;

/// <summary>
/// What the store has lost: behind a position, and up to another one, this node had seen entries that the log no longer has, as
/// after a failover to a replica that had not received them. Several, because a reader that was away may have missed more than one
/// failover. It never changes; a new range makes a new one.
/// </summary>
internal sealed class LostRanges
{
    /// <summary>Nothing is lost: what it is for nearly every log.</summary>
    public static readonly LostRanges None = new([]);

    // Who was away for longer than so many failovers of one log hears of the last ones.
    private const int Most = 16;

    private readonly (WsmqPosition From, WsmqPosition Through)[] _ranges;

    private LostRanges((WsmqPosition From, WsmqPosition Through)[] ranges) => _ranges = ranges;

    /// <summary>With one more: entries behind <paramref name="from"/>, which the log has, up to <paramref name="through"/>.</summary>
    public LostRanges With(WsmqPosition from, WsmqPosition through)
    {
        // A log that went back behind an earlier loss has lost what came between as well.
        var apart = Array.FindAll(_ranges, r => r.Through <= from || through <= r.From);
        foreach (var range in _ranges.Except(apart))
            (from, through) = (Min(from, range.From), WsmqPosition.Max(through, range.Through));
        return new([.. apart.TakeLast(Most - 1), (from, through)]);
    }

    /// <summary>Up to where entries are missing directly behind a position; null where none are.</summary>
    public WsmqPosition? Behind(WsmqPosition sent)
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
