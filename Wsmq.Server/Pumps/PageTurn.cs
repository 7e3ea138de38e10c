using Wsmq.Server.Concurrency;

namespace Wsmq.Server.Pumps;

/// <summary>
/// Decides which pump of a connection may read its log: one at a time, from the read until the page is written. All pumps of the connection
/// share its socket; those that wait for their turn hold no page.
/// </summary>
internal sealed class PageTurn
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Worker> _waiting = [];
    private Worker? _holder;

    /// <summary>Whether another pump waits for the turn.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_lock)
                return _waiting.Count > 0;
        }
    }

    /// <summary>
    /// Returns true if the worker has the turn. If not, wakes the current holder now, and the worker once it has the turn.
    /// </summary>
    public bool TryTake(Worker worker)
    {
        lock (_lock)
        {
            if (_holder is null || _holder == worker)
            {
                _holder = worker;
                return true;
            }

            if (_waiting.Contains(worker))
                return false;
            _waiting.AddLast(worker);
            _holder.Wake();
            return false;
        }
    }

    /// <summary>Passes the turn on if the worker has it; otherwise removes the worker from the waiting ones.</summary>
    public void Leave(Worker worker)
    {
        lock (_lock)
        {
            if (_holder != worker)
            {
                _waiting.Remove(worker);
                return;
            }

            _holder = _waiting.First?.Value;
            if (_holder is null)
                return;
            _waiting.RemoveFirst();
            _holder.Wake();
        }
    }
}
