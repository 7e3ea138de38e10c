namespace Wsmq.Server.Stores.Redis;

/// <summary>Estimates the clock of Redis between the answers that contain its time.</summary>
internal sealed class RedisClock(TimeProvider time)
{
    private volatile Reading? _last;

    private sealed record Reading(long Micros, long Timestamp);

    /// <summary>In µs since 1970; before the first answer the clock of the node.</summary>
    public long Now => _last is { } last ? last.Micros + time.GetElapsedTime(last.Timestamp).Micros() : time.NowMicros();

    /// <summary>Notes the time of Redis, in µs since 1970, as an answer has it that has just arrived.</summary>
    public void Observe(long micros) => _last = new Reading(micros, time.GetTimestamp());
}
