namespace Wsmq.Server.Delivering;

/// <summary>What one connection reported as failed in one log. The counts that matter are in the store.</summary>
internal sealed class PumpFailures
{
    private int _busy;
    private WsmqPosition _passed;
    private WsmqPosition? _told;
    private int _attempts;

    /// <summary>False while another report is under way.</summary>
    public bool TryBegin() => Interlocked.Exchange(ref _busy, 1) == 0;

    public void End() => Volatile.Write(ref _busy, 0);

    /// <summary>Counts an attempt at an entry that the cursor has passed, of which the store counts none. Inside a report only.</summary>
    public int CountPassed(WsmqPosition position)
    {
        if (_passed != position)
            (_passed, _attempts) = (position, 0);
        return ++_attempts;
    }

    /// <summary>Whether the client is still to be told that it is not to try the entry again. Inside a report only.</summary>
    public bool TryTell(WsmqPosition position)
    {
        if (_told == position)
            return false;
        _told = position;
        return true;
    }

    /// <summary>What was told concerns deliveries from before.</summary>
    public void ForgetTold() => _told = null;
}
