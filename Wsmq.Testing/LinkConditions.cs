namespace Wsmq.Testing;

/// <summary>What the way through a <see cref="TcpProxy"/> is like: slow, or closed in either direction. What is held back is not lost, as with TCP.</summary>
public sealed class LinkConditions
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _up;
    private TaskCompletionSource? _down;
    private long _delayTicks;

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

    internal Task PassUpAsync() => PassAsync(up: true);

    internal Task PassDownAsync() => PassAsync(up: false);

    private async Task PassAsync(bool up)
    {
        if (Delay is { Ticks: > 0 } delay)
            await Task.Delay(delay);
        Task? held;
        lock (_lock)
            held = (up ? _up : _down)?.Task;
        if (held is not null)
            await held;
    }
}
