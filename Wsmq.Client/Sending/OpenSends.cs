namespace Wsmq;

/// <summary>
/// All sends that have no outcome yet, oldest first, so that one timer serves the time-outs of all, and their bytes. Guarded by the
/// outbox's lock.
/// </summary>
internal sealed class OpenSends : IDisposable
{
    // What a send takes besides its JSON, roughly: many small ones must not escape the limit.
    private const int Overhead = 512;

    private readonly LinkedList<PendingSend> _byAge = new();
    private readonly WsmqClientOptions _options;
    private readonly ITimer _timer;
    private long _bytes;
    private bool _armed;

    /// <param name="options">The time-out and the limit.</param>
    /// <param name="expired">Called when the oldest has no time left.</param>
    public OpenSends(WsmqClientOptions options, Action expired)
    {
        _options = options;
        _timer = options.TimeProvider.CreateTimer(_ => expired(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IReadOnlyCollection<PendingSend> All => _byAge;

    /// <summary>False where too much waits already. One message is always taken, however large.</summary>
    public bool TryAdd(PendingSend send)
    {
        var bytes = Weight(send);
        if (_bytes > 0 && _bytes + bytes > _options.MaxBufferedBytes)
            return false;
        _bytes += bytes;
        send.Since = _options.TimeProvider.GetTimestamp();
        _byAge.AddLast(send.Age);
        if (!_armed)
            Arm(_options.SendTimeout);
        return true;
    }

    public void Remove(PendingSend send)
    {
        if (send.Age.List is null)
            return;
        _byAge.Remove(send.Age);
        _bytes -= Weight(send);
    }

    /// <summary>The oldest, if its time is over; otherwise the timer is set for it.</summary>
    public PendingSend? Expired()
    {
        _armed = false;
        if (_byAge.First?.Value is not { } oldest)
            return null;
        var left = _options.SendTimeout - _options.TimeProvider.GetElapsedTime(oldest.Since);
        if (left <= TimeSpan.Zero)
            return oldest;
        Arm(left);
        return null;
    }

    public void Dispose() => _timer.Dispose();

    private static int Weight(PendingSend send) => send.Json.Length + Overhead;

    private void Arm(TimeSpan left)
    {
        // A timer that fires a moment early would else be set to no time at all, again and again.
        _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        _armed = true;
    }
}
