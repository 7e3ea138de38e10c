namespace Wsmq.Server.Pumps;

/// <summary>The nacks of one connection for one log. The authoritative counts are in the store.</summary>
internal sealed class PumpFailures
{
    private int _busy;
    private WsmqPosition _passed;
    private WsmqPosition? _notified;
    private int _attempts;

    /// <summary>Returns false while another nack is in flight.</summary>
    public bool TryBegin() => Interlocked.Exchange(ref _busy, 1) == 0;

    public void End() => Volatile.Write(ref _busy, 0);

    /// <summary>
    /// Counts an attempt at an entry that the cursor has passed: the store does not count these. Call only between <see cref="TryBegin"/>
    /// and <see cref="End"/>.
    /// </summary>
    public int CountPassed(WsmqPosition position)
    {
        if (_passed != position)
            (_passed, _attempts) = (position, 0);
        return ++_attempts;
    }

    /// <summary>
    /// Returns true if the client still has to be notified not to retry the entry. Call only between <see cref="TryBegin"/> and
    /// <see cref="End"/>.
    /// </summary>
    public bool TryNotify(WsmqPosition position)
    {
        if (_notified == position)
            return false;
        _notified = position;
        return true;
    }

    /// <summary>Forgets the last notification: it was about earlier deliveries.</summary>
    public void ForgetNotified() => _notified = null;
}
