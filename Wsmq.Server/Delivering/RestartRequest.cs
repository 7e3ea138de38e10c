namespace Wsmq.Server.Delivering;

/// <summary>Where a pump is to go on, left by the hub for the pump's loop; the last one counts.</summary>
internal sealed class RestartRequest
{
    private readonly Lock _lock = new();
    private Position? _after;

    public bool IsSet
    {
        get
        {
            lock (_lock)
                return _after is not null;
        }
    }

    public void Set(Position after)
    {
        lock (_lock)
            _after = after;
    }

    public bool TryTake(out Position after)
    {
        lock (_lock)
        {
            var taken = _after;
            _after = null;
            after = taken.GetValueOrDefault();
            return taken is not null;
        }
    }
}
