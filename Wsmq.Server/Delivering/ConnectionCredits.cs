namespace Wsmq.Server.Delivering;

/// <summary>How many unacknowledged deliveries a connection may have over all its addresses.</summary>
internal sealed class ConnectionCredits(int limit)
{
    private readonly Lock _lock = new();
    private HashSet<Worker>? _waiting;
    private int _used;

    /// <summary>Guards the windows of the addresses as well: a place there and a credit are taken together, and it may be held here.</summary>
    public Lock Lock => _lock;

    /// <summary>Takes as many as there are, at most <paramref name="count"/>; where there is none, notes who waits for one.</summary>
    public int Take(int count, Worker waiter)
    {
        lock (_lock)
        {
            var taken = Math.Min(count, limit - _used);
            _used += taken;
            if (taken == 0)
                (_waiting ??= []).Add(waiter);
            return taken;
        }
    }

    /// <summary>Whether there is one; if not, notes who waits for it.</summary>
    public bool IsFree(Worker waiter)
    {
        lock (_lock)
        {
            if (_used < limit)
                return true;
            (_waiting ??= []).Add(waiter);
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
            if (_waiting is null)
                return;
            foreach (var waiter in _waiting)
                waiter.Wake();
            _waiting = null;
        }
    }
}
