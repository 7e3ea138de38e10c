using Wsmq.Server.Concurrency;

namespace Wsmq.Server.Pumps;

/// <summary>Limits the unacknowledged deliveries of a connection over all its addresses.</summary>
internal sealed class ConnectionCredits(int limit)
{
    private readonly Lock _lock = new();
    private HashSet<Worker>? _waiting;
    private int _used;

    /// <summary>
    /// Also guards the in-flight windows of the addresses, because a slot there and a credit are taken together. Callers of this class may
    /// hold it.
    /// </summary>
    public Lock Lock => _lock;

    /// <summary>How many credits are taken.</summary>
    public int Used
    {
        get
        {
            lock (_lock)
                return _used;
        }
    }

    /// <summary>
    /// Takes as many credits as are free, at most <paramref name="count"/>. If none is free, registers the waiter to be woken when credits
    /// are returned.
    /// </summary>
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

    /// <summary>Whether a credit is free. If not, registers the waiter to be woken when credits are returned.</summary>
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
