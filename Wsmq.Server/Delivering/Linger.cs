namespace Wsmq.Server.Delivering;

/// <summary>
/// Lets pumps of a loaded node wait for a moment when there is news, so that what comes in a burst, for instance from two nodes,
/// leaves in one write. Where little happens nobody waits.
/// </summary>
internal sealed class Linger(TimeProvider time) : IDisposable
{
    /// <summary>How long. Zero: nobody ever waits.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    // More news than this in one slot make a node loaded: 8,000 a second.
    private const int Busy = 64;
    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(8);

    private readonly Lock _lock = new();
    private List<Worker> _waiting = [];
    private List<Worker> _spare = [];
    private ITimer? _timer;
    private long _slotBegan;
    private int _news;
    private bool _loaded;

    public void Wake(Worker worker)
    {
        lock (_lock)
        {
            if (IsLoaded())
            {
                _waiting.Add(worker);
                if (_waiting.Count == 1)
                    (_timer ??= time.CreateTimer(_ => WakeAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)).Change(Moment, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        worker.Wake();
    }

    public void Dispose() => _timer?.Dispose();

    private bool IsLoaded()
    {
        if (Moment == TimeSpan.Zero)
            return false;
        _news++;
        var elapsed = time.GetElapsedTime(_slotBegan);
        if (elapsed >= Slot)
        {
            _loaded = _news > Busy && elapsed < 2 * Slot;
            (_slotBegan, _news) = (time.GetTimestamp(), 0);
        }

        return _loaded;
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
