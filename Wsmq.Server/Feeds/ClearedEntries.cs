namespace Wsmq.Server.Feeds;

/// <summary>
/// The last entries for any device that a device has acknowledged, as far as the node knows. One that is forgotten is found in the store by
/// those who read it later. Not thread-safe.
/// </summary>
internal sealed class ClearedEntries
{
    private const int Most = 1024;

    private readonly HashSet<WsmqPosition> _known = [];
    private readonly Queue<WsmqPosition> _order = new();

    public bool Contains(WsmqPosition position) => _known.Contains(position);

    /// <summary>Returns whether one of them was not known.</summary>
    public bool Add(IEnumerable<WsmqPosition> positions)
    {
        var added = false;
        foreach (var position in positions)
        {
            if (!_known.Add(position))
                continue;
            added = true;
            _order.Enqueue(position);
            if (_order.Count > Most)
                _known.Remove(_order.Dequeue());
        }

        return added;
    }
}
