namespace Wsmq.Server.Pumps;

/// <summary>Measures how long deliveries have been waiting for acks. Signals of new entries do not affect it.</summary>
internal struct StallClock
{
    private long _since;
    private bool _notified;

    public void Begin(TimeProvider time)
    {
        if (_since == 0)
            _since = Math.Max(1, time.GetTimestamp());
    }

    public void End() => (_since, _notified) = (0, false);

    /// <summary>Returns true once, when the wait has reached a time.</summary>
    public bool TryNotify(TimeProvider time, TimeSpan after)
    {
        if (!IsDue(time, after))
            return false;
        return _notified = true;
    }

    /// <summary>May be called from any thread, without a lock: the result is a hint.</summary>
    public readonly bool IsDue(TimeProvider time, TimeSpan after)
    {
        var since = _since;
        return since != 0 && !_notified && time.GetElapsedTime(since) >= after;
    }
}
