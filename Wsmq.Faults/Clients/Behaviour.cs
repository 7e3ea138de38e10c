using System.Globalization;

namespace Wsmq.Faults.Clients;

/// <summary>How a client's handler behaves. Faults change it at run time.</summary>
internal sealed class Behaviour
{
    private const int MostThrowsPerMessage = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _throws = [];
    private TaskCompletionSource? _stopped;
    private long _delayTicks;
    private int _throwEvery;

    /// <summary>How long the handler takes for each message.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _delayTicks));
        set => Volatile.Write(ref _delayTicks, value.Ticks);
    }

    /// <summary>The handler throws on one of this many messages; 0 for none.</summary>
    public int ThrowEvery
    {
        get => Volatile.Read(ref _throwEvery);
        set => Volatile.Write(ref _throwEvery, value);
    }

    public void Stop()
    {
        lock (_lock)
            _stopped ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Reset()
    {
        (Delay, ThrowEvery) = (TimeSpan.Zero, 0);
        lock (_lock)
        {
            _stopped?.SetResult();
            _stopped = null;
        }
    }

    /// <summary>Waits for the delay, and while the handler is stopped.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (Delay is { Ticks: > 0 } delay)
            await Task.Delay(delay, cancellationToken);
        Task? stopped;
        lock (_lock)
            stopped = _stopped?.Task;
        if (stopped is not null)
            await stopped.WaitAsync(cancellationToken);
    }

    /// <summary>Whether the handler throws on a message: at most a few times, so that it eventually succeeds.</summary>
    public bool Throws(string source, string position)
    {
        if (ThrowEvery is not (> 0 and var every) || long.Parse(position, CultureInfo.InvariantCulture) % every != 0)
            return false;
        lock (_lock)
        {
            var key = $"{source} {position}";
            var before = _throws.GetValueOrDefault(key);
            _throws[key] = before + 1;
            return before < MostThrowsPerMessage;
        }
    }
}
