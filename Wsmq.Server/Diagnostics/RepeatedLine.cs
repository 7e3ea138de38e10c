using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Diagnostics;

/// <summary>A suppressed line.</summary>
internal sealed record LeftOutLine(ILogger Logger, LogLevel Level, int EventId, string Text);

/// <summary>One kind of line: when the last one was written, and how many were suppressed since.</summary>
internal sealed class RepeatedLine(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long? _last;
    private int _leftOut;
    private LeftOutLine? _latest;
    private ITimer? _timer;

    /// <summary>True if a line may be written now; it then counts as written.</summary>
    public bool TryPass()
    {
        lock (_lock)
        {
            if (_leftOut > 0 || (_last is { } last && time.GetElapsedTime(last) < LogGate.Interval))
                return false;
            _last = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Counts a suppressed line; the count is written once the interval is over.</summary>
    public void LeaveOut(LeftOutLine line)
    {
        lock (_lock)
        {
            _latest = line;
            if (_leftOut++ > 0)
                return;
            var left = LogGate.Interval - (_last is { } last ? time.GetElapsedTime(last) : TimeSpan.Zero);
            _timer = time.CreateTimer(_ => Flush(), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Writes how many lines were suppressed, if any were.</summary>
    public void Flush()
    {
        LeftOutLine? latest;
        int count;
        lock (_lock)
        {
            (latest, count) = (_latest, _leftOut);
            (_latest, _leftOut) = (null, 0);
            _timer?.Dispose();
            _timer = null;
            if (latest is null)
                return;
            _last = time.GetTimestamp();
        }

        Log.LinesLeftOut(latest.Logger, latest.Level, latest.EventId, count, LogGate.Interval, latest.Text);
    }
}
