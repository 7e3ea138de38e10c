using Wsmq.Server.Concurrency;

namespace Wsmq.Server.Pumps;

/// <summary>
/// Delays the pumps of a loaded node for a moment when entries arrive, longer under higher load, so that a burst, for instance from two
/// nodes, leaves in one write. Without load there is no delay, nor for the members of a small group whose writes have many entries anyway.
/// </summary>
internal sealed class Linger(TimeProvider time) : IDisposable
{
    // More wake-ups than this in one slot make a node loaded: 8,000 a second.
    private const int Busy = 64;

    // The number of wake-ups in one slot that add 1 ms to the delay, chosen by measurement: at 30,000 wake-ups a second on two cores, a
    // node with delays of up to 16 ms delivers a third more messages than one with delays of 1 ms, where messages queue up
    // (docs/benchmarks.md).
    private const int NewsPerMillisecond = 32;
    private const int MostMilliseconds = 16;

    // Writes of more entries than these gain little from waiting, unless there are many of them: a group of 10 gets 1.1 times as much without,
    // a group of 100 loses that (docs/benchmarks.md).
    private const int Many = 8;
    private const int Few = 16;
    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(8);

    private readonly Lock _lock = new();
    private readonly WakeSlices _slices = new();
    private List<Worker> _waiting = [];
    private List<Worker> _spare = [];
    private ITimer? _timer;
    private long _slotBegan;
    private int _news;
    private TimeSpan _wait;

    /// <summary>Wakes a pump, now or soon.</summary>
    /// <param name="worker">The pump.</param>
    /// <param name="together">How many entries its writes have.</param>
    /// <param name="readers">How many pumps have the same news.</param>
    public void Wake(Worker worker, double together, int readers)
    {
        lock (_lock)
        {
            if (IsLoaded() && (together < Many || readers > Few))
            {
                _waiting.Add(worker);
                if (_waiting.Count == 1)
                    (_timer ??= time.CreateTimer(_ => WakeAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)).Change(_wait, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        _slices.Wake(worker);
    }

    public void Dispose() => _timer?.Dispose();

    private bool IsLoaded()
    {
        _news++;
        var elapsed = time.GetElapsedTime(_slotBegan);
        if (elapsed >= Slot)
        {
            var loaded = _news > Busy && elapsed < 2 * Slot;
            _wait = loaded ? TimeSpan.FromMilliseconds(Math.Min(_news / NewsPerMillisecond, MostMilliseconds)) : TimeSpan.Zero;
            (_slotBegan, _news) = (time.GetTimestamp(), 0);
        }

        return _wait > TimeSpan.Zero;
    }

    private void WakeAll()
    {
        List<Worker> woken;
        lock (_lock)
            (woken, _waiting, _spare) = (_waiting, _spare, []);
        foreach (var worker in woken)
            _slices.Wake(worker);
        woken.Clear();
        lock (_lock)
            _spare = woken;
    }
}
