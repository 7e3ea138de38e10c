namespace Wsmq.Server.Budgets;

/// <summary>What one connection has in progress, as a part of its user's budget.</summary>
internal sealed class ConnectionBudget(UserBudget user, long limit)
{
    // Of the one read that is being parsed, or of the part of a frame that waits for the rest.
    private long _reading;

    // Arguments and items that nobody has claimed yet.
    private long _parsed;
    private int _streams;

    /// <summary>What the user may have in progress, by the class of this connection.</summary>
    public long Limit => limit;

    /// <summary>In progress; guarded by the user's lock.</summary>
    public long Used { get; set; }

    public void Charge(long bytes) => user.Charge(this, bytes);

    public void Return(long bytes) => user.Return(this, bytes);

    /// <summary>
    /// Pays for what a number of bytes may become while it is parsed; false where the wait was cancelled. Used by the connection's
    /// reading alone, as are the other two.
    /// </summary>
    public async ValueTask<bool> BeginParsingAsync(long bytes)
    {
        var cost = HeldBytes.OfParsing(bytes);
        if (!await user.EnterAsync(new BudgetWait(this, cost, _reading, bytes <= HeldBytes.SmallRead)))
            return false;
        _reading = cost;
        return true;
    }

    /// <summary>What was read is dispatched, and what goes on of it has been charged by itself.</summary>
    /// <param name="left">The bytes of a frame that is not complete.</param>
    public void EndParsing(long left)
    {
        // An argument that no call took did not fit the method. Items of a stream wait for the stream.
        var unclaimed = Volatile.Read(ref _streams) == 0 ? Interlocked.Exchange(ref _parsed, 0) : 0;
        var done = _reading - Math.Min(left, _reading);
        _reading -= done;
        if (done + unclaimed > 0)
            Return(done + unclaimed);
    }

    public void CancelParsing() => user.Cancel(this);

    /// <summary>An argument or item was parsed that is held until somebody claims it.</summary>
    public void Parsed(long bytes)
    {
        Charge(bytes);
        Interlocked.Add(ref _parsed, bytes);
    }

    /// <summary>Who claims what was parsed returns it.</summary>
    public void Claim(long bytes) => Interlocked.Add(ref _parsed, -bytes);

    public void BeginStream() => Interlocked.Increment(ref _streams);

    public void EndStream() => Interlocked.Decrement(ref _streams);

    /// <summary>The connection is gone: what nobody has claimed is garbage.</summary>
    public void Close()
    {
        Volatile.Write(ref _streams, 0);
        EndParsing(left: 0);
    }
}
