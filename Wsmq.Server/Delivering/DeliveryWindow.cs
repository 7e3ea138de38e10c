namespace Wsmq.Server.Delivering;

/// <summary>The deliveries of one address that a connection has not acknowledged.</summary>
internal sealed class DeliveryWindow(int limit, ConnectionCredits credits, WakeUp wake)
{
    private readonly Lock _lock = new();
    private readonly Queue<Position> _inFlight = new();

    /// <summary>Takes a place; where there is none, <c>wake</c> is set once there may be.</summary>
    public bool TryTake(Position position)
    {
        lock (_lock)
        {
            if (_inFlight.Count >= limit || !credits.TryTake(wake))
                return false;
            _inFlight.Enqueue(position);
            return true;
        }
    }

    /// <summary>Frees the places of everything up to a position.</summary>
    public void Acknowledge(Position position)
    {
        int freed;
        lock (_lock)
        {
            freed = 0;
            for (; _inFlight.TryPeek(out var oldest) && oldest <= position; freed++)
                _inFlight.Dequeue();
        }

        if (freed == 0)
            return;
        credits.Return(freed);
        wake.Set();
    }

    /// <summary>Frees everything: the deliveries begin again elsewhere, or the connection is gone.</summary>
    public void Clear() => Acknowledge(new Position(Position.MaxValue));
}
