namespace Wsmq.Server.Limits;

/// <summary>A rate and a burst, in ticks of the clock. Shared by all buckets that it holds for.</summary>
internal sealed class RateRule
{
    private static readonly TimeSpan LongestPromise = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;

    private RateRule(int count, TimeSpan per, int burst, TimeProvider time)
    {
        _time = time;
        Cost = Math.Max(1, (long)(per.TotalSeconds * time.TimestampFrequency / count));
        Depth = Cost * burst;
        Spread = (long)(LongestPromise.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>How long the clock takes to give back one.</summary>
    public long Cost { get; }

    /// <summary>How long it takes to give back the burst.</summary>
    public long Depth { get; }

    /// <summary>How far apart those who wait are told to come back at most.</summary>
    public long Spread { get; }

    public long Now => _time.GetTimestamp();

    /// <summary>Null where there is no limit.</summary>
    public static RateRule? Of(int count, TimeSpan per, int burst, TimeProvider time) => count == 0 ? null : new RateRule(count, per, burst, time);

    public TimeSpan Span(long ticks) => _time.GetElapsedTime(0, ticks);
}
