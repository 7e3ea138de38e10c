namespace Wsmq.Server.Budgets;

/// <summary>
/// The bytes that one user may have in progress on this node, over all its connections: input being parsed, messages that wait for the
/// store, and results that wait for a client that does not read. When the budget is used up, this user's connections stop reading and
/// resume in the order in which they began to wait. Other users are not affected.
/// </summary>
internal sealed class UserBudget
{
    // The part of the budget that one connection may take, so that it does not block the user's other connections: a quarter.
    private const int Shares = 4;

    private readonly Lock _lock = new();
    private List<BudgetWait>? _waiting;
    private long _used;

    /// <summary>Guards the unclaimed arguments and items of its connections; never held while a method of this class is called.</summary>
    public Lock Claims => _lock;

    /// <summary>The bytes in progress now.</summary>
    public long Used
    {
        get
        {
            lock (_lock)
                return _used;
        }
    }

    /// <summary>Charges bytes without waiting: the charge for the parsing that produced them has covered them.</summary>
    public void Charge(ConnectionBudget connection, long bytes)
    {
        lock (_lock)
            Add(connection, bytes);
    }

    /// <summary>Returns bytes, and releases the waits that fit now, in their order.</summary>
    public void Return(ConnectionBudget connection, long bytes)
    {
        lock (_lock)
        {
            Add(connection, -bytes);
            Release();
        }
    }

    /// <summary>Charges the bytes of a wait in place of those it holds, as soon as they fit. False if the wait was cancelled.</summary>
    public ValueTask<bool> EnterAsync(BudgetWait wait)
    {
        lock (_lock)
        {
            if (wait.Connection.IsCancelled)
                return new ValueTask<bool>(false);
            if ((_waiting is not { Count: > 0 } || wait.IsSmall) && Fits(wait))
            {
                Add(wait.Connection, wait.More);
                return new ValueTask<bool>(true);
            }

            (_waiting ??= []).Add(wait);
            var granted = wait.WaitAsync();

            // All bytes in progress may now belong to partial frames, each of which waits for the others: a deadlock.
            Release();
            return new ValueTask<bool>(granted);
        }
    }

    /// <summary>Cancels the wait of a connection, and any wait that it starts later.</summary>
    public void Cancel(ConnectionBudget connection)
    {
        lock (_lock)
        {
            connection.IsCancelled = true;
            if (_waiting?.Find(w => w.Connection == connection) is not { } wait)
                return;
            _waiting.Remove(wait);
            wait.End(granted: false);
            Release();
        }
    }

    private void Add(ConnectionBudget connection, long bytes)
    {
        _used += bytes;
        connection.Used += bytes;
    }

    // In order of arrival. A connection that has used up its own share does not block the others, nor does a small read.
    private void Release()
    {
        if (_waiting is null)
            return;
        for (var i = 0; i < _waiting.Count;)
        {
            var next = _waiting[i];
            if (Fits(next))
                LetThrough(next);
            else if (next.IsSmall || !HasShare(next))
                i++;
            else
                break;
        }

        // Partial frames that wait for each other: lets the longest one continue, until it is complete and returns its bytes.
        if (_waiting.Count > 0 && _used == _waiting.Sum(w => w.Held))
            LetThrough(_waiting.MaxBy(w => w.Held)!);
    }

    private void LetThrough(BudgetWait wait)
    {
        _waiting!.Remove(wait);
        Add(wait.Connection, wait.More);
        wait.End(granted: true);
    }

    // A wait fits if nothing else is in progress: a frame larger than the budget would otherwise wait indefinitely.
    private bool Fits(BudgetWait wait) =>
        _used == wait.Held || (HasShare(wait) && _used + wait.More <= wait.Connection.Limit + (wait.IsSmall ? wait.Connection.Limit / Shares : 0));

    private static bool HasShare(BudgetWait wait) =>
        wait.Connection.Used == wait.Held || wait.Connection.Used + wait.More <= wait.Connection.Limit / Shares;
}
