namespace Wsmq.Server.Pumps;

/// <summary>The position after which a pump is to continue, set by the hub and taken by the pump; the last one wins.</summary>
internal struct RestartRequest
{
    // One more than the position, so that 0 means no request.
    private long _after;

    public void Set(WsmqPosition after) => Volatile.Write(ref _after, after.Value + 1);

    public bool TryTake(out WsmqPosition after)
    {
        after = default;
        if (Volatile.Read(ref _after) == 0)
            return false;
        var taken = Interlocked.Exchange(ref _after, 0);
        after = taken == 0 ? default : new WsmqPosition(taken - 1);
        return taken != 0;
    }
}
