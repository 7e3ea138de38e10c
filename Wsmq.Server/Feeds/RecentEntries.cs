using Wsmq.Server.Framing;

namespace Wsmq.Server.Feeds;

/// <summary>
/// The newest entries of a log without a gap between them, bounded by count and bytes, so that connections that are not far behind need not
/// read the log. Not thread-safe.
/// </summary>
internal sealed class RecentEntries(int maxEntries, int maxBytes)
{
    private const int FirstSize = 4;

    // A ring buffer; the oldest entry is at _first.
    private FeedEntry[] _ring = [];
    private int _first;
    private int _count;
    private int _bytes;

    public int Count => _count;

    public void Add(FeedEntry entry)
    {
        if (maxEntries == 0)
            return;
        if (_count == _ring.Length)
            Grow();
        _ring[Index(_count++)] = entry;
        _bytes += entry.Bytes;
        while (_count > maxEntries || _bytes > maxBytes)
            RemoveOldest();
    }

    /// <summary>Drops the entries up to a position, but not the newest ones.</summary>
    public void DropThrough(WsmqPosition position, int kept)
    {
        while (_count > kept && _ring[_first].Position <= position)
            RemoveOldest();
    }

    /// <summary>Copies the entries that directly follow a position, at most <paramref name="max"/>.</summary>
    public void CopyAfter(WsmqPosition position, List<FeedEntry> target, int max)
    {
        var next = FirstAfter(position);
        if (next == _count || _ring[Index(next)].Previous > position)
            return;
        for (var end = Math.Min(_count, next + max); next < end; next++)
            target.Add(_ring[Index(next)]);
    }

    private int FirstAfter(WsmqPosition position)
    {
        // Nearly always the reader needs only the newest entry, or has it already.
        if (_count == 0 || _ring[Index(_count - 1)].Position <= position)
            return _count;
        var (low, high) = (0, _count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ring[Index(middle)].Position > position)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private int Index(int place) => (_first + place) % _ring.Length;

    private void Grow()
    {
        var larger = new FeedEntry[Math.Max(FirstSize, _ring.Length * 2)];
        for (var i = 0; i < _count; i++)
            larger[i] = _ring[Index(i)];
        (_ring, _first) = (larger, 0);
    }

    private void RemoveOldest()
    {
        _bytes -= _ring[_first].Bytes;
        _ring[_first] = null!;
        _first = Index(1);
        _count--;
    }
}
