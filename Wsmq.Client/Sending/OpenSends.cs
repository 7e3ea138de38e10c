namespace Wsmq;

/// <summary>
/// All sends without an outcome, oldest first, so that one timer serves all time-outs; also counts their bytes. Guarded by the outbox's
/// lock.
/// </summary>
internal sealed class OpenSends : IDisposable
{
    // The approximate size of a send besides its JSON, so that many small messages count towards the limit.
    private const int Overhead = 512;

    private readonly LinkedList<PendingSend> _byAge = new();
    private readonly WsmqClientOptions _options;
    private readonly ITimer _timer;
    private long _bytes;
    private bool _armed;

    /// <param name="options">The time-out and the limit.</param>
    /// <param name="expired">Called when the oldest send has reached its time-out.</param>
    public OpenSends(WsmqClientOptions options, Action expired)
    {
        _options = options;
        _timer = options.TimeProvider.CreateTimer(_ => expired(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IReadOnlyCollection<PendingSend> All => _byAge;

    /// <summary>False where the byte limit is reached. A single message is always accepted, whatever its size.</summary>
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

    /// <summary>Returns the oldest send if it has reached its time-out; otherwise sets the timer for it and returns null.</summary>
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
        // The extra millisecond: a timer that fires slightly early would otherwise be set to zero again and again.
        _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        _armed = true;
    }
}
