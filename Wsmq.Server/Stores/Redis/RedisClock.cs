namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Estimates the clock of Redis between the answers that contain its time. It is behind by as long as the fastest of the answers has taken from
/// Redis to here: a slow one, of a busy node for example, does not set it back.
/// </summary>
internal sealed class RedisClock(TimeProvider time)
{
    // What is added to the clock of this node, in µs; null before the first answer.
    private long? _ahead;

    private readonly Lock _lock = new();
    private readonly long _begin = time.GetTimestamp();

    /// <summary>In µs since 1970; before the first answer the clock of the node.</summary>
    public long Now
    {
        get
        {
            lock (_lock)
                return _ahead is { } ahead ? ahead + At(time.GetTimestamp()) : time.NowMicros();
        }
    }

    /// <summary>The moment of a call, for <see cref="Observe"/>.</summary>
    public long Timestamp => time.GetTimestamp();

    /// <summary>Notes the time of Redis.</summary>
    /// <param name="micros">In µs since 1970, as an answer has it that has just arrived.</param>
    /// <param name="asked">The <see cref="Timestamp"/> before the call.</param>
    public void Observe(long micros, long asked)
    {
        // Redis read its clock between the two.
        var (least, most) = (micros - At(time.GetTimestamp()), micros - At(asked));
        lock (_lock)
        {
            // More than that is impossible: its clock was set back, or another server has its place.
            _ahead = _ahead is { } ahead && ahead <= most ? Math.Max(ahead, least) : least;
        }
    }

    private long At(long timestamp) => time.GetElapsedTime(_begin, timestamp).Micros();
}
