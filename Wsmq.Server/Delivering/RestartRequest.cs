namespace Wsmq.Server.Delivering;

/// <summary>Where a pump is to go on, left by the hub for the pump; the last one counts.</summary>
internal struct RestartRequest
{
    // One more than the position, so that nothing is zero.
    private long _after;

    public void Set(Position after) => Volatile.Write(ref _after, after.Value + 1);

    public bool TryTake(out Position after)
    {
        after = default;
        if (Volatile.Read(ref _after) == 0)
            return false;
        var taken = Interlocked.Exchange(ref _after, 0);
        after = taken == 0 ? default : new Position(taken - 1);
        return taken != 0;
    }
}
