namespace Wsmq.Server.Queues;

/// <summary>
/// Decides when leases may be taken back. Holders that could not extend them because the store was unavailable, or because its clock
/// stepped forward, get time to do so first; so do those that a node finds when it starts.
/// </summary>
internal sealed class ReclaimHold(TimeProvider time, Func<TimeSpan> grace)
{
    // Less than this is the time that a call takes.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private long _since = time.GetTimestamp();
    private long _answeredAt;
    private long _storeTime;

    /// <summary>How long leases must not be taken back yet; zero or negative if they may.</summary>
    public TimeSpan Left => grace() - time.GetElapsedTime(_since);

    /// <summary>The store did not answer.</summary>
    public void Failed() => _since = time.GetTimestamp();

    /// <summary>The store has answered.</summary>
    /// <param name="storeTime">Its clock, in µs since 1970.</param>
    public void Answered(long storeTime)
    {
        var now = time.GetTimestamp();
        if (_storeTime != 0 && TimeSpan.FromMicroseconds(storeTime - _storeTime) - time.GetElapsedTime(_answeredAt, now) > Step)
            _since = now;
        (_answeredAt, _storeTime) = (now, storeTime);
    }
}
