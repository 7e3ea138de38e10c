namespace Wsmq.Server.Limits;

/// <summary>
/// A token bucket as one number: the time at which it is full again. Taking a token advances that time, and is refused if it would lie
/// further ahead than the burst. It has no timer, lock or object of its own, because every connection has several buckets, and every
/// message touches two. That is why it is not System.Threading.RateLimiting, whose limiters also do not support <see cref="TimeProvider"/>.
/// </summary>
internal struct RateBucket
{
    private long _full;
    private long _promised;

    /// <summary>
    /// Takes one token, or as many as are requested at once; if there are too few, returns false and how long to wait. A request above the
    /// burst succeeds once the burst is available.
    /// </summary>
    public bool TryTake(RateRule? rule, out TimeSpan retryAfter, long count = 1)
    {
        retryAfter = TimeSpan.Zero;
        if (rule is null)
            return true;
        var (now, cost) = (rule.Now, Math.Min(rule.CostOf(count), rule.Depth));
        while (true)
        {
            var full = Volatile.Read(ref _full);
            var next = Math.Max(full, now) + cost;
            if (next - now > rule.Depth)
            {
                retryAfter = Promise(rule, now, next - rule.Depth, cost);
                return false;
            }

            if (Interlocked.CompareExchange(ref _full, next, full) == full)
                return true;
        }
    }

    /// <summary>Whether a token is available.</summary>
    public bool HasRoom(RateRule? rule) => rule is null || Math.Max(0, Volatile.Read(ref _full) - rule.Now) + rule.Cost <= rule.Depth;

    /// <summary>Takes tokens, even if none is available: later requests then wait for longer.</summary>
    public void Charge(RateRule? rule, long count = 1)
    {
        if (rule is null)
            return;
        var (now, cost) = (rule.Now, rule.CostOf(count));
        for (long full = Volatile.Read(ref _full), seen; ; full = seen)
        {
            seen = Interlocked.CompareExchange(ref _full, Math.Max(full, now) + cost, full);
            if (seen == full)
                return;
        }
    }

    /// <summary>How long until the tokens taken are at most the burst.</summary>
    public TimeSpan Debt(RateRule? rule)
    {
        if (rule is null)
            return TimeSpan.Zero;
        var debt = Volatile.Read(ref _full) - rule.Now - rule.Depth;
        return debt > 0 ? rule.Span(debt) : TimeSpan.Zero;
    }

    /// <summary>Accounts for tokens that other nodes took: the bucket is full again only after this time, or later.</summary>
    public void Raise(RateRule? rule, TimeSpan ahead)
    {
        if (rule is null || ahead <= TimeSpan.Zero)
            return;
        var full = rule.Now + Math.Min(rule.Ticks(ahead), rule.Depth);
        for (long known = Volatile.Read(ref _full), seen; known < full; known = seen)
        {
            seen = Interlocked.CompareExchange(ref _full, full, known);
            if (seen == known)
                return;
        }
    }

    /// <summary>How long until a token is available.</summary>
    public TimeSpan Wait(RateRule? rule)
    {
        if (rule is null)
            return TimeSpan.Zero;
        var now = rule.Now;
        var from = Math.Max(Volatile.Read(ref _full), now) + rule.Cost - rule.Depth;
        return from > now ? Promise(rule, now, from, rule.Cost) : TimeSpan.Zero;
    }

    /// <summary>Whether the bucket is full, whichever rule it was used with.</summary>
    public bool IsFull(long now) => Math.Max(Volatile.Read(ref _full), Volatile.Read(ref _promised)) <= now;

    // Each waiting caller gets a time of its own: otherwise all would return for the same token.
    private TimeSpan Promise(RateRule rule, long now, long from, long cost)
    {
        var promised = Volatile.Read(ref _promised);
        var at = Math.Min(Math.Max(promised + cost, from), from + rule.Spread);

        // Two concurrent callers may get the same time; that is harmless.
        Volatile.Write(ref _promised, at);
        return rule.Span(at - now);
    }
}
