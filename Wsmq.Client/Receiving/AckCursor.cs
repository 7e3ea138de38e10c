namespace Wsmq;

/// <summary>The handled and acknowledged positions of one source, and when its next ack is due. Guarded by the acker's lock.</summary>
internal sealed class AckCursor(WsmqAddress source)
{
    // A quarter of the server's default in-flight window, so that delayed acks never fill it.
    public const int AckEvery = 64;

    /// <summary>The minimum time between two acks of a source, unless an ack is due for another reason.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private WsmqPosition _handled;
    private WsmqPosition _acknowledged;
    private WsmqPosition _inFlight;
    private long? _last;
    private int _since;

    public WsmqAddress Source { get; } = source;

    /// <summary>The timestamp at which the next ack is due; null where there is none.</summary>
    public long? Due { get; private set; }

    /// <summary>The ack in flight; the task never fails.</summary>
    public Task Ack { get; set; } = Task.CompletedTask;

    /// <summary>The number of acks in a row without an answer.</summary>
    public int Failures { get; set; }

    public bool IsInFlight { get; private set; }

    public bool IsBehind => _handled > _acknowledged;

    public void Handled(WsmqPosition position)
    {
        _handled = WsmqPosition.Max(_handled, position);
        _since++;
    }

    /// <summary>Called when the server did not receive what was acknowledged.</summary>
    public void Forget() => _acknowledged = WsmqPosition.Start;

    /// <summary>Makes an ack due: at once after a pause or after many messages. True where it is due earlier than before.</summary>
    public bool Schedule(TimeProvider time)
    {
        var now = time.GetTimestamp();
        var isQuiet = _last is not { } last || time.GetElapsedTime(last, now) >= Interval;
        return ScheduleAt(isQuiet || _since >= AckEvery ? now : After(_last!.Value, Interval, time));
    }

    /// <summary>Makes an ack due after a wait, and overrides an earlier due time.</summary>
    public void Postpone(TimeSpan wait, TimeProvider time)
    {
        Due = null;
        ScheduleAt(After(time.GetTimestamp(), wait, time));
    }

    public WsmqPosition Begin(TimeProvider time)
    {
        (Due, _since, _last, IsInFlight, _inFlight) = (null, 0, time.GetTimestamp(), true, _handled);
        return _handled;
    }

    public void End(bool isAnswered)
    {
        IsInFlight = false;
        if (isAnswered)
            _acknowledged = WsmqPosition.Max(_acknowledged, _inFlight);
    }

    private static long After(long timestamp, TimeSpan wait, TimeProvider time) =>
        timestamp + (long)(wait.TotalSeconds * time.TimestampFrequency);

    private bool ScheduleAt(long due)
    {
        // When the ack in flight has its answer, the acker schedules the next one.
        if (!IsBehind || IsInFlight || Due <= due)
            return false;
        Due = due;
        return true;
    }
}
