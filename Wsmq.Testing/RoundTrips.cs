namespace Wsmq.Testing;

/// <summary>
/// Counts sequential round trips over a high-latency link: concurrent requests count as one round trip, however long a busy machine
/// takes for them. What a side sends carries the highest count that has arrived at that side.
/// </summary>
internal sealed class RoundTrips
{
    private readonly Lock _lock = new();
    private long _near;
    private long _far;

    public long Count
    {
        get
        {
            lock (_lock)
                return _near;
        }
    }

    public long Leave(bool up)
    {
        lock (_lock)
            return up ? _near : _far + 1;
    }

    public void Arrive(bool up, long trips)
    {
        lock (_lock)
        {
            ref var side = ref up ? ref _far : ref _near;
            side = Math.Max(side, trips);
        }
    }
}
