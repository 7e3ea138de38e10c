namespace Wsmq.Server.Limits;

/// <summary>
/// A token bucket as one number: when it is full again. Taking one moves that moment on, and is refused where it would lie further
/// ahead than the burst. Without a timer, a lock or an object of its own, because every connection has some, and every message
/// touches two: that is why it is not System.Threading.RateLimiting, whose limiters also know no <see cref="TimeProvider"/>.
/// </summary>
internal struct RateBucket
{
    private long _full;
    private long _promised;

    /// <summary>
    /// Takes one, or as many as are asked for at once; false, and how long to wait, where there are not so many. More than the burst
    /// passes once the burst is there.
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

    /// <summary>Whether there is one to take.</summary>
    public bool HasRoom(RateRule? rule) => rule is null || Math.Max(0, Volatile.Read(ref _full) - rule.Now) + rule.Cost <= rule.Depth;

    /// <summary>Takes one, or so many, also where there is none: the next ones wait for longer.</summary>
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

    /// <summary>How long until what was taken is no more than the burst.</summary>
    public TimeSpan Debt(RateRule? rule)
    {
        if (rule is null)
            return TimeSpan.Zero;
        var debt = Volatile.Read(ref _full) - rule.Now - rule.Depth;
        return debt > 0 ? rule.Span(debt) : TimeSpan.Zero;
    }

    /// <summary>It is full again no sooner than after a time: others took from it elsewhere.</summary>
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

    /// <summary>How long until there is one.</summary>
    public TimeSpan Wait(RateRule? rule)
    {
        if (rule is null)
            return TimeSpan.Zero;
        var now = rule.Now;
        var from = Math.Max(Volatile.Read(ref _full), now) + rule.Cost - rule.Depth;
        return from > now ? Promise(rule, now, from, rule.Cost) : TimeSpan.Zero;
    }

    /// <summary>Whether it is as good as new, under whatever rule it was used.</summary>
    public bool IsFull(long now) => Math.Max(Volatile.Read(ref _full), Volatile.Read(ref _promised)) <= now;

    // Who waits is told a time of its own: all of them would come back for the same place otherwise.
    private TimeSpan Promise(RateRule rule, long now, long from, long cost)
    {
        var promised = Volatile.Read(ref _promised);
        var at = Math.Min(Math.Max(promised + cost, from), from + rule.Spread);

        // Two at the same time may be told the same; that is no harm.
        Volatile.Write(ref _promised, at);
        return rule.Span(at - now);
    }
}
