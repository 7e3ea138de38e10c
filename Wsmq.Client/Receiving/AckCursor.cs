namespace Wsmq;

/// <summary>How far one source is handled and acknowledged, and when its next ack is due. Guarded by the acker's lock.</summary>
internal sealed class AckCursor(WsmqAddress source)
{
    // A quarter of the server's default window: it is never closed by acks that were held back.
    public const int AckEvery = 64;

    /// <summary>The least time between two acks of a source that are not due for another reason.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private WsmqPosition _handled;
    private WsmqPosition _acknowledged;
    private WsmqPosition _underWay;
    private long? _last;
    private int _since;

    public WsmqAddress Source { get; } = source;

    /// <summary>When to acknowledge, as a timestamp; null where there is nothing to.</summary>
    public long? Due { get; private set; }

    /// <summary>The ack under way; it never fails.</summary>
    public Task Ack { get; set; } = Task.CompletedTask;

    /// <summary>Repeats in a row that brought no answer.</summary>
    public int Failures { get; set; }

    public bool IsUnderWay { get; private set; }

    public bool IsBehind => _handled > _acknowledged;

    public void Handled(WsmqPosition position)
    {
        _handled = WsmqPosition.Max(_handled, position);
        _since++;
    }

    /// <summary>The server has missed what was acknowledged.</summary>
    public void Forget() => _acknowledged = WsmqPosition.Start;

    /// <summary>Makes an ack due, at once after a pause or many messages. True where that is earlier than it was.</summary>
    public bool Schedule(TimeProvider time)
    {
        var now = time.GetTimestamp();
        var isQuiet = _last is not { } last || time.GetElapsedTime(last, now) >= Interval;
        return ScheduleAt(isQuiet || _since >= AckEvery ? now : After(_last!.Value, Interval, time));
    }

    /// <summary>Makes an ack due after a wait, whatever else there is.</summary>
    public void Postpone(TimeSpan wait, TimeProvider time)
    {
        Due = null;
        ScheduleAt(After(time.GetTimestamp(), wait, time));
    }

    public WsmqPosition Begin(TimeProvider time)
    {
        (Due, _since, _last, IsUnderWay, _underWay) = (null, 0, time.GetTimestamp(), true, _handled);
        return _handled;
    }

    public void End(bool isAnswered)
    {
        IsUnderWay = false;
        if (isAnswered)
            _acknowledged = WsmqPosition.Max(_acknowledged, _underWay);
    }

    private static long After(long timestamp, TimeSpan wait, TimeProvider time) =>
        timestamp + (long)(wait.TotalSeconds * time.TimestampFrequency);

    private bool ScheduleAt(long due)
    {
        // An ack under way is followed by a look at what gathered meanwhile.
        if (!IsBehind || IsUnderWay || Due <= due)
            return false;
        Due = due;
        return true;
    }
}
