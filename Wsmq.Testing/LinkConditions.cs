namespace Wsmq.Testing;

/// <summary>
/// The network conditions of a <see cref="TcpProxy"/>: slow, or blocked in either direction. Bytes that are held back are delivered
/// later, as with TCP.
/// </summary>
public sealed class LinkConditions
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _up;
    private TaskCompletionSource? _down;
    private long _delayTicks;
    private long _latencyTicks;
    private long _bytesPerSecond;

    /// <summary>
    /// One-way delay of every byte, in either direction. Bytes travel concurrently, as on a high-latency link. Applies to connections
    /// that are opened after it is set.
    /// </summary>
    public TimeSpan Latency
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _latencyTicks));
        set => Volatile.Write(ref _latencyTicks, value.Ticks);
    }

    /// <summary>The number of sequential round trips over high-latency links, summed over all connections.</summary>
    public long RoundTrips => Trips.Count;

    internal RoundTrips Trips { get; } = new();

    /// <summary>Bandwidth towards the client, in bytes per second; 0 for unlimited.</summary>
    public long BytesPerSecondDown
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set => Volatile.Write(ref _bytesPerSecond, value);
    }

    /// <summary>Delay of each read of at most 4 KiB before it is forwarded, in either direction. Reads do not overlap.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _delayTicks));
        set => Volatile.Write(ref _delayTicks, value.Ticks);
    }

    /// <summary>Blocks traffic from the client to the target (up), back (down), or both, until <see cref="Clear"/>.</summary>
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

    /// <summary>Restores normal conditions and delivers what was held back.</summary>
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
