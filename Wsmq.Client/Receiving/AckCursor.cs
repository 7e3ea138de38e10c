namespace Wsmq;

/// <summary>The handled and acknowledged positions of one source, and when its next ack is due. Guarded by the acker's lock.</summary>
internal sealed class AckCursor(WsmqAddress source, WsmqClientOptions options)
{
    // After this part of the messages of an ack, and then this part of the interval without another one, the ack is sent: the server's
    // in-flight window may be smaller than this client expects, and used up. While messages keep an even pace, the interval ends first.
    private const int LullMessages = 16;
    private const int Lull = 8;

    private readonly TimeProvider _time = options.TimeProvider;
    private WsmqPosition _handled;
    private WsmqPosition _acknowledged;
    private WsmqPosition _inFlight;
    private WsmqPosition? _owed;
    private WsmqPosition? _owedInFlight;
    private long _handledAt;
    private long? _last;
    private bool _endsWithLull;
    private int _since;

    public WsmqAddress Source { get; } = source;

    /// <summary>The timestamp at which the next ack is due; null where there is none.</summary>
    public long? Due { get; private set; }

    /// <summary>The ack in flight; the task never fails.</summary>
    public Task Ack { get; set; } = Task.CompletedTask;

    /// <summary>The number of acks in a row without an answer.</summary>
    public int Failures { get; set; }

    public bool IsInFlight { get; private set; }

    public bool IsBehind => _handled > _acknowledged || _owed is not null;

    public void Handled(WsmqPosition position)
    {
        // A state, or what is read again after a Resume: the ack moves no cursor, but the server waits for it, for a new reader or in its
        // in-flight window.
        if (position <= (IsInFlight ? WsmqPosition.Max(_acknowledged, _inFlight) : _acknowledged))
            _owed = position;
        _handled = WsmqPosition.Max(_handled, position);
        _handledAt = _time.GetTimestamp();

        // All members of a group handle a message at the same moment: their acks are spread over the interval.
        if (_since++ == 0 && Source.Kind == WsmqAddressKind.Group && IsQuiet(_handledAt))
            _last = After(_handledAt, -Random.Shared.NextDouble() * options.AckInterval);
    }

    /// <summary>Called when the server did not receive what was acknowledged.</summary>
    public void Forget() => _acknowledged = WsmqPosition.Start;

    /// <summary>Makes an ack due: at once after a pause or after many messages. True where it is due earlier than before.</summary>
    public bool Schedule()
    {
        var now = _time.GetTimestamp();
        if (IsQuiet(now) || _since >= options.AckAfterMessages)
            return ScheduleAt(now, endsWithLull: false);
        var endsWithLull = _since >= (options.AckAfterMessages + LullMessages - 1) / LullMessages;
        return ScheduleAt(endsWithLull ? EndOfLull() : EndOfInterval(), endsWithLull);
    }

    /// <summary>Makes an ack due after a wait, and overrides an earlier due time.</summary>
    public void Postpone(TimeSpan wait)
    {
        Due = null;
        ScheduleAt(After(_time.GetTimestamp(), wait), endsWithLull: false);
    }

    /// <summary>The time until the ack is due; requires that one is.</summary>
    public TimeSpan Left()
    {
        var now = _time.GetTimestamp();

        // Other messages were handled in the meantime.
        if (_endsWithLull && Due <= now)
            Due = EndOfLull();
        return _time.GetElapsedTime(now, Due!.Value);
    }

    public WsmqPosition Begin()
    {
        var position = _handled > _acknowledged ? _handled : _owed ?? _handled;
        (Due, _since, _last, IsInFlight, _inFlight, _owedInFlight) = (null, 0, _time.GetTimestamp(), true, position, _owed);
        return position;
    }

    public void End(bool isAnswered)
    {
        IsInFlight = false;
        if (!isAnswered)
            return;
        _acknowledged = WsmqPosition.Max(_acknowledged, _inFlight);
        if (_owed == _owedInFlight)
            _owed = null;
    }

    private bool IsQuiet(long now) => _last is not { } last || _time.GetElapsedTime(last, now) >= options.AckInterval;

    private long EndOfInterval() => After(_last!.Value, options.AckInterval);

    private long EndOfLull() => Math.Min(After(_handledAt, options.AckInterval / Lull), EndOfInterval());

    private long After(long timestamp, TimeSpan wait) => timestamp + (long)(wait.TotalSeconds * _time.TimestampFrequency);

    private bool ScheduleAt(long due, bool endsWithLull)
    {
        // When the ack in flight has its answer, the acker schedules the next one.
        if (!IsBehind || IsInFlight || Due <= due)
            return false;
        (Due, _endsWithLull) = (due, endsWithLull);
        return true;
    }
}
