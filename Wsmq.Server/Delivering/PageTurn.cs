namespace Wsmq.Server.Delivering;

/// <summary>
/// Which pump of a connection reads its log: one at a time, from the read until what was read is written. All others of the
/// connection wait for the same line, and hold nothing meanwhile.
/// </summary>
internal sealed class PageTurn
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Worker> _waiting = [];
    private Worker? _holder;

    /// <summary>Somebody waits for it.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_lock)
                return _waiting.Count > 0;
        }
    }

    /// <summary>True where it is the worker's. If not, the worker is woken once it is, and the one that has it now.</summary>
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

    /// <summary>Passes it on where the worker has it, and waits for it no longer.</summary>
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
