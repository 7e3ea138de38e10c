using System.Diagnostics.CodeAnalysis;

namespace Wsmq.Server.Delivering;

/// <summary>
/// The newest entries of a log without a hole between them, bounded by count and bytes, so that the connections that keep up
/// need not read the log. Not thread-safe.
/// </summary>
internal sealed class RecentEntries(int maxEntries, int maxBytes)
{
    private readonly Queue<FeedEntry> _entries = new();
    private readonly Dictionary<Position, FeedEntry> _byPrevious = [];
    private int _bytes;

    public void Add(FeedEntry entry)
    {
        _entries.Enqueue(entry);
        _byPrevious[entry.Previous] = entry;
        _bytes += entry.Bytes;
        while (_entries.Count > maxEntries || _bytes > maxBytes)
            RemoveOldest();
    }

    public void Clear()
    {
        _entries.Clear();
        _byPrevious.Clear();
        _bytes = 0;
    }

    /// <summary>The entry that follows a position directly.</summary>
    public bool TryGetAfter(Position position, [NotNullWhen(true)] out FeedEntry? entry) => _byPrevious.TryGetValue(position, out entry);

    private void RemoveOldest()
    {
        var oldest = _entries.Dequeue();
        _byPrevious.Remove(oldest.Previous);
        _bytes -= oldest.Bytes;
    }
}
