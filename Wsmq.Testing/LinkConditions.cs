namespace Wsmq.Testing;

/// <summary>What the way through a <see cref="TcpProxy"/> is like: slow, or closed in either direction. What is held back is not lost, as with TCP.</summary>
public sealed class LinkConditions
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _up;
    private TaskCompletionSource? _down;
    private long _delayTicks;
    private long _latencyTicks;
    private long _bytesPerSecond;

    /// <summary>
    /// How long every byte is on its way, in either direction; what follows is on its way at the same time, as on a long line. Of
    /// connections that begin from now on.
    /// </summary>
    public TimeSpan Latency
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _latencyTicks));
        set => Volatile.Write(ref _latencyTicks, value.Ticks);
    }

    /// <summary>How many round trips of long lines have waited for one another, of all connections together.</summary>
    public long RoundTrips => Trips.Count;

    internal RoundTrips Trips { get; } = new();

    /// <summary>How many bytes a second go through to the client; 0 for any number.</summary>
    public long BytesPerSecondDown
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set => Volatile.Write(ref _bytesPerSecond, value);
    }

    /// <summary>How long each read of at most 4 KiB waits before it goes on, in either direction.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _delayTicks));
        set => Volatile.Write(ref _delayTicks, value.Ticks);
    }

    /// <summary>Lets nothing through from now on, from the client to the target (up), back (down), or both.</summary>
    public void Hold(bool up, bool down)
    {
        lock (_lock)
        {
            if (up)
                _up ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (down)
                _down ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>A good way again: what was held back goes on.</summary>
    public void Clear()
    {
        Delay = TimeSpan.Zero;
        lock (_lock)
        {
            _up?.SetResult();
            _down?.SetResult();
            (_up, _down) = (null, null);
        }
    }

    internal Task PassUpAsync(int bytes) => PassAsync(up: true, 0);

    internal Task PassDownAsync(int bytes) => PassAsync(up: false, bytes);

    private async Task PassAsync(bool up, int metered)
    {
        if (metered > 0 && BytesPerSecondDown is > 0 and var rate)
            await Task.Delay(TimeSpan.FromSeconds((double)metered / rate));
        if (Delay is { Ticks: > 0 } delay)
            await Task.Delay(delay);
        Task? held;
        lock (_lock)
            held = (up ? _up : _down)?.Task;
        if (held is not null)
            await held;
    }
}
