namespace Wsmq.Server.Delivering;

/// <summary>The deliveries of one address that a connection has not acknowledged. Guarded by the lock of its credits.</summary>
internal sealed class DeliveryWindow(int limit, ConnectionCredits credits, Worker waiter)
{
    // None while nothing was ever in flight: most connections of a node are idle.
    private Queue<WsmqPosition>? _inFlight;

    /// <summary>How many places of this address are free; the connection may have fewer.</summary>
    public int Room
    {
        get
        {
            lock (credits.Lock)
                return limit - (_inFlight?.Count ?? 0);
        }
    }

    /// <summary>The first one; null where there is none.</summary>
    public WsmqPosition? Oldest
    {
        get
        {
            lock (credits.Lock)
                return _inFlight is not null && _inFlight.TryPeek(out var oldest) ? oldest : null;
        }
    }

    /// <summary>Whether a place can be taken; if not, the waiter is woken once it may be.</summary>
    public bool HasRoom => Room > 0 && credits.IsFree(waiter);

    /// <summary>
    /// Takes places for the first entries, as many as there are places. Where there is none, the waiter is woken once there may be.
    /// </summary>
    public int Take(ReadOnlySpan<FeedEntry> entries)
    {
        lock (credits.Lock)
        {
            var inFlight = _inFlight ??= new Queue<WsmqPosition>();
            var free = Math.Min(entries.Length, limit - inFlight.Count);
            var taken = free == 0 ? 0 : credits.Take(free, waiter);
            foreach (var entry in entries[..taken])
                inFlight.Enqueue(entry.Position);
            return taken;
        }
    }

    /// <summary>Frees the places of everything up to a position.</summary>
    public void Acknowledge(WsmqPosition position)
    {
        var freed = 0;
        lock (credits.Lock)
        {
            for (; _inFlight is not null && _inFlight.TryPeek(out var oldest) && oldest <= position; freed++)
                _inFlight.Dequeue();
        }

        if (freed == 0)
            return;
        credits.Return(freed);
        waiter.Wake();
    }

    /// <summary>Frees everything: the deliveries begin again elsewhere, or the connection is gone.</summary>
    public void Clear() => Acknowledge(new WsmqPosition(WsmqPosition.MaxValue));
}
