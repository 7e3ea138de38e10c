namespace Wsmq.Server.Limits;

/// <summary>A rate and a burst, in ticks of the clock. Shared by all buckets that it applies to.</summary>
internal sealed class RateRule
{
    private static readonly TimeSpan LongestPromise = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;

    // Bytes are counted in units of this size, so that the cost of one is measurable in ticks of the clock.
    private const int ByteUnit = 256;

    private RateRule(long count, TimeSpan per, long burst, TimeProvider time)
    {
        _time = time;
        Cost = Math.Max(1, (long)(per.TotalSeconds * time.TimestampFrequency / count));
        Depth = (long)Math.Min((double)Cost * burst, long.MaxValue / 4);
        Spread = (long)(LongestPromise.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>The ticks until one token is refilled.</summary>
    public long Cost { get; }

    /// <summary>The ticks until the burst is refilled.</summary>
    public long Depth { get; }

    /// <summary>The maximum spread of the retry times of waiting callers, in ticks.</summary>
    public long Spread { get; }

    /// <summary>The ticks until this many tokens are refilled.</summary>
    public long CostOf(long count) => count <= long.MaxValue / 4 / Cost ? Cost * count : long.MaxValue / 4;

    public long Now => _time.GetTimestamp();

    /// <summary>Null if there is no limit.</summary>
    public static RateRule? Of(int count, TimeSpan per, int burst, TimeProvider time) => count == 0 ? null : new RateRule(count, per, burst, time);

    /// <summary>A rate of bytes; tokens are counted in <see cref="UnitsOf"/>.</summary>
    public static RateRule? OfBytes(long bytes, TimeSpan per, long burst, TimeProvider time) =>
        bytes == 0 ? null : new RateRule(UnitsOf(bytes), per, UnitsOf(burst), time);

    public static long UnitsOf(long bytes) => (bytes + ByteUnit - 1) / ByteUnit;

    /// <summary>The time until this many bytes are refilled.</summary>
    public TimeSpan TimeOf(long bytes) => Span(CostOf(UnitsOf(bytes)));

    public long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    public TimeSpan Span(long ticks) => _time.GetElapsedTime(0, ticks);
}
