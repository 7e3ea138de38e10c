namespace Wsmq.Server.Budgets;

/// <summary>
/// The bytes that one user may have in progress on this node, over all its connections: what is being parsed, what waits for the
/// store, and what waits for a client that does not read. What is used up stops the reading of that user's connections, in the
/// order in which they came, and nobody else's.
/// </summary>
internal sealed class UserBudget
{
    // One connection may not keep the user's others waiting.
    private const int Shares = 4;

    private readonly Lock _lock = new();
    private List<BudgetWait>? _waiting;
    private long _used;

    /// <summary>Guards what its connections have parsed and nobody has claimed; never held while anything here is called.</summary>
    public Lock Claims => _lock;

    /// <summary>In progress now.</summary>
    public long Used
    {
        get
        {
            lock (_lock)
                return _used;
        }
    }

    /// <summary>Takes bytes that were not asked for before: what is being parsed has paid for them.</summary>
    public void Charge(ConnectionBudget connection, long bytes)
    {
        lock (_lock)
            Add(connection, bytes);
    }

    /// <summary>Gives bytes back, and lets those read on whose turn it is.</summary>
    public void Return(ConnectionBudget connection, long bytes)
    {
        lock (_lock)
        {
            Add(connection, -bytes);
            Release();
        }
    }

    /// <summary>Takes bytes as soon as there are as many, for the one that it gives back; false where the wait was cancelled.</summary>
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

            // All that is in progress may be parts of frames of which each waits for the others.
            Release();
            return new ValueTask<bool>(wait.Task);
        }
    }

    /// <summary>Ends the wait of a connection for good, also one that it is about to begin.</summary>
    public void Cancel(ConnectionBudget connection)
    {
        lock (_lock)
        {
            connection.IsCancelled = true;
            if (_waiting?.Find(w => w.Connection == connection) is not { } wait)
                return;
            _waiting.Remove(wait);
            wait.TrySetResult(false);
            Release();
        }
    }

    private void Add(ConnectionBudget connection, long bytes)
    {
        _used += bytes;
        connection.Used += bytes;
    }

    // In their order; but a connection that has its own share in progress holds up no other, nor do small ones.
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

        // Parts of frames, each of which waits for the others: the longest is the next to be whole, and comes here first again.
        if (_waiting.Count > 0 && _used == _waiting.Sum(w => w.Held))
            LetThrough(_waiting.MaxBy(w => w.Held)!);
    }

    private void LetThrough(BudgetWait wait)
    {
        _waiting!.Remove(wait);
        Add(wait.Connection, wait.More);
        wait.TrySetResult(true);
    }

    // Whoever has nothing else in progress is let through: a frame that is larger than the budget would wait for ever otherwise.
    private bool Fits(BudgetWait wait) =>
        _used == wait.Held || (HasShare(wait) && _used + wait.More <= wait.Connection.Limit + (wait.IsSmall ? wait.Connection.Limit / Shares : 0));

    private static bool HasShare(BudgetWait wait) =>
        wait.Connection.Used == wait.Held || wait.Connection.Used + wait.More <= wait.Connection.Limit / Shares;
}
