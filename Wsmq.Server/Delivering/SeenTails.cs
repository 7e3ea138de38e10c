namespace Wsmq.Server.Delivering;

/// <summary>
/// Ends of a log that a node had seen before it missed signals. A log that lost its end in a failover and went on grows past what
/// was lost before anybody looks, and its entries then follow each other as if nothing had been there: only a page that is read
/// across such a place shows that the entry which was seen there is gone. A part of its feed.
/// </summary>
internal struct SeenTails
{
    // Each is settled by the first page that is read across it; more only pile up where nobody reads.
    private const int Most = 16;

    // None where no signal was ever missed.
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

    /// <summary>Looks at a page that was read behind a position, and adds what it shows to be lost.</summary>
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

    /// <summary>The same for the tail itself: the page may be newer than the last signal.</summary>
    public static LostRanges Check(WsmqPosition tail, WsmqPosition after, FeedEntry[] page, LostRanges lost) =>
        after <= tail && First(page, tail) is { } first && IsGone(first, tail) ? lost.With(first.Previous, tail) : lost;

    private static FeedEntry? First(FeedEntry[] page, WsmqPosition tail)
    {
        var index = page.AsSpan().BinarySearch(new AtOrBehind(tail));
        return index < 0 && ~index < page.Length ? page[~index] : null;
    }

    // An entry that was removed by retention is still the previous one of its follower. What another hand wrote says nothing.
    private static bool IsGone(FeedEntry first, WsmqPosition tail) => first.Position > tail && first.Previous < tail && !first.IsForeign;

    // Never equal, so that the search ends before the first entry at or behind the position.
    private readonly struct AtOrBehind(WsmqPosition tail) : IComparable<FeedEntry>
    {
        public int CompareTo(FeedEntry? other) => other!.Position >= tail ? -1 : 1;
    }
}
