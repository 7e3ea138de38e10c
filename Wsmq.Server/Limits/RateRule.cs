namespace Wsmq.Server.Limits;

/// <summary>A rate and a burst, in ticks of the clock. Shared by all buckets that it holds for.</summary>
internal sealed class RateRule
{
    private static readonly TimeSpan LongestPromise = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;

    // Bytes are counted in units of this size, so that the clock can tell what one costs.
    private const int ByteUnit = 256;

    private RateRule(long count, TimeSpan per, long burst, TimeProvider time)
    {
        _time = time;
        Cost = Math.Max(1, (long)(per.TotalSeconds * time.TimestampFrequency / count));
        Depth = (long)Math.Min((double)Cost * burst, long.MaxValue / 4);
        Spread = (long)(LongestPromise.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>How long the clock takes to give back one.</summary>
    public long Cost { get; }

    /// <summary>How long it takes to give back the burst.</summary>
    public long Depth { get; }

    /// <summary>How far apart those who wait are told to come back at most.</summary>
    public long Spread { get; }

    /// <summary>How long the clock takes to give back so many.</summary>
    public long CostOf(long count) => count <= long.MaxValue / 4 / Cost ? Cost * count : long.MaxValue / 4;

    public long Now => _time.GetTimestamp();

    /// <summary>Null where there is no limit.</summary>
    public static RateRule? Of(int count, TimeSpan per, int burst, TimeProvider time) => count == 0 ? null : new RateRule(count, per, burst, time);

    /// <summary>A rate of bytes; what is taken is given as <see cref="UnitsOf"/>.</summary>
    public static RateRule? OfBytes(long bytes, TimeSpan per, long burst, TimeProvider time) =>
        bytes == 0 ? null : new RateRule(UnitsOf(bytes), per, UnitsOf(burst), time);

    public static long UnitsOf(long bytes) => (bytes + ByteUnit - 1) / ByteUnit;

    /// <summary>How long it takes to give back so many bytes.</summary>
    public TimeSpan TimeOf(long bytes) => Span(CostOf(UnitsOf(bytes)));

    public long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    public TimeSpan Span(long ticks) => _time.GetElapsedTime(0, ticks);
}
