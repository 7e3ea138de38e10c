namespace Wsmq.Server.Budgets;

/// <summary>The bytes that one connection has in progress, as a part of its user's budget.</summary>
internal sealed class ConnectionBudget(UserBudget user, long limit)
{
    // The parsed arguments and stream items that no call or stream has claimed yet. Created with the first one, because most
    // connections only receive. Guarded, like the stream counters, by UserBudget.Claims: a lock object per connection would cost memory.
    private HashSet<ParsedBytes>? _unclaimed;
    private int _openStreams;
    private long _streams;

    // The charge for the read that is being parsed, or for a partial frame that waits for its remaining bytes.
    private long _reading;

    /// <summary>The bytes that the user may have in progress, according to the limit class of this connection.</summary>
    public long Limit => limit;

    /// <summary>The bytes in progress on this connection; guarded by the user's lock.</summary>
    public long Used { get; set; }

    /// <summary>Whether the connection has stopped reading and must not start a wait; guarded by the user's lock.</summary>
    public bool IsCancelled { get; set; }

    public void Charge(long bytes) => user.Charge(this, bytes);

    public void Return(long bytes) => user.Return(this, bytes);

    /// <summary>
    /// Charges the memory that parsing a number of bytes may take, and waits until the budget allows it. False if the wait was
    /// cancelled. Only the connection's read loop calls this method, <see cref="EndParsing"/> and <see cref="CancelParsing"/>.
    /// </summary>
    public async ValueTask<bool> BeginParsingAsync(long bytes)
    {
        var cost = HeldBytes.OfParsing(bytes);
        if (!await user.EnterAsync(new BudgetWait(this, cost, _reading, bytes <= HeldBytes.SmallRead)))
            return false;
        _reading = cost;
        return true;
    }

    /// <summary>Returns the charge of a read that was dispatched. Calls that are still running have been charged separately.</summary>
    /// <param name="left">The bytes of an incomplete frame at the end of the read.</param>
    public void EndParsing(long left)
    {
        var done = _reading - Math.Min(left, _reading);
        _reading -= done;
        if (done > 0)
            Return(done);

        // An argument that no call has claimed did not match the method. Stream items stay until their stream claims them.
        Abandon(evenOfOpenStreams: false, through: long.MaxValue);
    }

    public void CancelParsing() => user.Cancel(this);

    /// <summary>Charges a parsed argument or stream item. The charge is held until the call or stream that claims it returns it.</summary>
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

    /// <summary>Registers a new stream, and returns its number.</summary>
    public long BeginStream()
    {
        lock (user.Claims)
        {
            _openStreams++;
            return ++_streams;
        }
    }

    /// <summary>
    /// Returns the charges of items that an ended stream left unclaimed. A later stream, which may have begun, keeps its own.
    /// </summary>
    public void EndStream(long stream)
    {
        lock (user.Claims)
            _openStreams--;
        Abandon(evenOfOpenStreams: true, through: stream);
    }

    /// <summary>Returns all unclaimed charges of a connection that has ended.</summary>
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
