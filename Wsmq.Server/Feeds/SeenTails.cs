using Wsmq.Server.Framing;

namespace Wsmq.Server.Feeds;

/// <summary>
/// Tails of a log that a node had seen before it missed signals. A log that lost its last entries in a failover may have grown past them
/// before the next check, and its entries then follow each other as if nothing were missing. Only a page that is read across such a
/// position shows that the entry seen there is gone. A part of its feed.
/// </summary>
internal struct SeenTails
{
    // The first page that is read across a tail removes it; more than this accumulate only if no reader reads.
    private const int Most = 16;

    // Null if no signal was ever missed.
    private List<WsmqPosition>? _tails;

    public void Add(WsmqPosition tail)
    {
        if (tail == WsmqPosition.Start || _tails?.Contains(tail) == true)
            return;
        _tails ??= [];
        if (_tails.Count == Most)
            _tails.RemoveAt(0);
        _tails.Add(tail);
    }

    /// <summary>Checks a page that was read after a position, and adds the ranges that it shows to be lost.</summary>
    public readonly LostRanges Check(WsmqPosition after, FeedEntry[] page, LostRanges lost)
    {
        if (_tails is null)
            return lost;
        for (var i = _tails.Count - 1; i >= 0; i--)
        {
            if (after > _tails[i] || First(page, _tails[i]) is not { } first)
                continue;
            if (IsGone(first, _tails[i]))
                lost = lost.With(first.Previous, _tails[i]);
            _tails.RemoveAt(i);
        }

        return lost;
    }

    /// <summary>The same for the current tail: the page may be newer than the last signal.</summary>
    public static LostRanges Check(WsmqPosition tail, WsmqPosition after, FeedEntry[] page, LostRanges lost) =>
        after <= tail && First(page, tail) is { } first && IsGone(first, tail) ? lost.With(first.Previous, tail) : lost;

    private static FeedEntry? First(FeedEntry[] page, WsmqPosition tail)
    {
        var index = page.AsSpan().BinarySearch(new AtOrAfter(tail));
        return index < 0 && ~index < page.Length ? page[~index] : null;
    }

    // An entry removed by retention is still the previous one of its successor. The previous position of foreign data proves nothing, and that of
    // neighbours that have expired is before all of them.
    private static bool IsGone(FeedEntry first, WsmqPosition tail) =>
        first.Position > tail && first.Previous < tail && first is { IsForeign: false, IsGone: false };

    // Never equal, so that the search ends before the first entry at or after the position.
    private readonly struct AtOrAfter(WsmqPosition tail) : IComparable<FeedEntry>
    {
        public int CompareTo(FeedEntry? other) => other!.Position >= tail ? -1 : 1;
    }
}
