namespace Wsmq.Testing;

/// <summary>
/// Counts the round trips of a long line that waited for one another: questions that are on their way side by side are one, however
/// long a busy machine takes over them. What leaves a side carries the largest number that has arrived there.
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
