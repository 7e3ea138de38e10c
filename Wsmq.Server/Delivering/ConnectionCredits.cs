namespace Wsmq.Server.Delivering;

/// <summary>How many unacknowledged deliveries a connection may have over all its addresses.</summary>
internal sealed class ConnectionCredits(int limit)
{
    private readonly Lock _lock = new();
    private readonly HashSet<WakeUp> _waiting = [];
    private int _used;

    /// <summary>Takes one, or notes who waits for one.</summary>
    public bool TryTake(WakeUp waiter)
    {
        lock (_lock)
        {
            if (_used < limit)
            {
                _used++;
                return true;
            }

            _waiting.Add(waiter);
            return false;
        }
    }

    public void Return(int count)
    {
        if (count == 0)
            return;
        lock (_lock)
        {
            _used -= count;
            foreach (var waiter in _waiting)
                waiter.Set();
            _waiting.Clear();
        }
    }
}
