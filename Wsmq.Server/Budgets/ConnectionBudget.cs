namespace Wsmq.Server.Budgets;

/// <summary>What one connection has in progress, as a part of its user's budget.</summary>
internal sealed class ConnectionBudget(UserBudget user, long limit)
{
    // The arguments and items that nobody has claimed yet; made with the first, as most connections only read. Guarded, as the
    // streams are, by the user's lock for it: a lock of its own would cost every connection one.
    private HashSet<ParsedBytes>? _unclaimed;
    private int _openStreams;
    private long _streams;

    // Of the one read that is being parsed, or of the part of a frame that waits for the rest.
    private long _reading;

    /// <summary>What the user may have in progress, by the class of this connection.</summary>
    public long Limit => limit;

    /// <summary>In progress; guarded by the user's lock.</summary>
    public long Used { get; set; }

    /// <summary>It reads no more, and must not begin to wait; guarded by the user's lock.</summary>
    public bool IsCancelled { get; set; }

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
        var done = _reading - Math.Min(left, _reading);
        _reading -= done;
        if (done > 0)
            Return(done);

        // An argument that no call took did not fit the method. Items of a stream wait for the stream.
        Abandon(evenOfOpenStreams: false, through: long.MaxValue);
    }

    public void CancelParsing() => user.Cancel(this);

    /// <summary>An argument or item was parsed that is held until the one who claims it returns it.</summary>
    public ParsedBytes Parsed(long bytes)
    {
        Charge(bytes);
        lock (user.Claims)
        {
            var parsed = new ParsedBytes(this, bytes, _streams);
            (_unclaimed ??= []).Add(parsed);
            return parsed;
        }
    }

    public void Claim(ParsedBytes parsed)
    {
        lock (user.Claims)
            _unclaimed?.Remove(parsed);
    }

    /// <summary>The number of the stream.</summary>
    public long BeginStream()
    {
        lock (user.Claims)
        {
            _openStreams++;
            return ++_streams;
        }
    }

    /// <summary>What the stream has not taken it will not take; the next one may have begun already.</summary>
    public void EndStream(long stream)
    {
        lock (user.Claims)
            _openStreams--;
        Abandon(evenOfOpenStreams: true, through: stream);
    }

    /// <summary>The connection is gone: what nobody has claimed is garbage.</summary>
    public void Close()
    {
        EndParsing(left: 0);
        Abandon(evenOfOpenStreams: true, through: long.MaxValue);
    }

    private void Abandon(bool evenOfOpenStreams, long through)
    {
        List<ParsedBytes>? abandoned = null;
        lock (user.Claims)
        {
            if (_unclaimed is not { Count: > 0 } || (_openStreams > 0 && !evenOfOpenStreams))
                return;
            abandoned = [.. _unclaimed.Where(p => p.Stream <= through)];
            _unclaimed.ExceptWith(abandoned);
        }

        foreach (var parsed in abandoned)
            parsed.Return();
    }
}
