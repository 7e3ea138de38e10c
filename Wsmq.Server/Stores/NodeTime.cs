namespace Wsmq.Server.Stores;

/// <summary>Times of the store as timestamps of this node, by which its timers wait: they do not step with the date of the machine.</summary>
internal readonly struct NodeTime(TimeProvider time)
{
    // The store decides what is due. Its clock is finer than a timer.
    private static readonly TimeSpan TimerStep = TimeSpan.FromMilliseconds(1);

    public long Now => time.GetTimestamp();

    /// <summary>The timestamp that is so many µs after another one.</summary>
    public long After(long timestamp, long micros) => timestamp + (long)(micros / 1e6 * time.TimestampFrequency);

    /// <summary>The timestamp of a time of the store; null for none.</summary>
    /// <param name="storeTime">The time, in µs since 1970.</param>
    /// <param name="storeNow">The store's clock in its answer.</param>
    /// <param name="answeredAt">The timestamp of that answer.</param>
    public long? At(long? storeTime, long storeNow, long answeredAt) => storeTime is { } moment ? After(answeredAt, moment - storeNow) : null;

    /// <summary>How long until a timer that waits for a timestamp is not early; null for none.</summary>
    public TimeSpan? Until(long? timestamp) => timestamp is { } moment ? time.GetElapsedTime(Now, moment) + TimerStep : null;

    /// <summary>The shortest of some waits, as long as a timer waits at least.</summary>
    public static TimeSpan Pause(TimeSpan longest, params ReadOnlySpan<TimeSpan?> waits)
    {
        var pause = longest;
        foreach (var wait in waits)
            pause = wait < pause ? wait.Value : pause;
        return pause > TimerStep ? pause : TimerStep;
    }
}
