namespace Wsmq.Server.Delivering;

/// <summary>
/// Lets pumps of a loaded node wait for a moment when there is news, the longer the more there is, so that what comes in a burst, for
/// instance from two nodes, leaves in one write. Where little happens nobody waits.
/// </summary>
internal sealed class Linger(TimeProvider time) : IDisposable
{
    // More news than this in one slot make a node loaded: 8,000 a second.
    private const int Busy = 64;

    // So many news in one slot are worth a wait of 1 ms more. What is measured is the work that coming together saves: at 30,000
    // news a second on two cores waits of up to 16 ms carry a third more messages than those of 1 ms, which then wait behind each
    // other (docs/benchmarks.md).
    private const int NewsPerMillisecond = 32;
    private const int MostMilliseconds = 16;
    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(8);

    private readonly Lock _lock = new();
    private List<Worker> _waiting = [];
    private List<Worker> _spare = [];
    private ITimer? _timer;
    private long _slotBegan;
    private int _news;
    private TimeSpan _wait;

    public void Wake(Worker worker)
    {
        lock (_lock)
        {
            if (IsLoaded())
            {
                _waiting.Add(worker);
                if (_waiting.Count == 1)
                    (_timer ??= time.CreateTimer(_ => WakeAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)).Change(_wait, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        worker.Wake();
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
            worker.Wake();
        woken.Clear();
        lock (_lock)
            _spare = woken;
    }
}
