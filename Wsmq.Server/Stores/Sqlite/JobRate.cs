namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The leases that the rate of a queue allows, in one take. job_take.lua implements the same.</summary>
internal sealed class JobRate
{
    // What the rate allows collects for this time, or for one lease if that takes longer.
    private const double Burst = 100_000;

    // Several leases at once: at a high rate, a call for each would be one a millisecond.
    private const double Step = 50_000;

    private readonly double _pace;
    private readonly double _start;

    /// <param name="pace">The time from lease to lease, in µs; 0 if there is no limit.</param>
    /// <param name="used">The time up to which the rate is used up, in µs since 1970.</param>
    /// <param name="now">The time, in µs since 1970.</param>
    public JobRate(double pace, long used, long now)
    {
        var saved = Math.Min(Math.Max(now - used, 0), Math.Max(pace, Burst));
        (_pace, _start) = (pace, now - saved);
        Allowed = pace > 0 ? (long)(saved / pace) : long.MaxValue;
    }

    /// <summary>The most leases.</summary>
    public long Allowed { get; }

    /// <summary>The time up to which the rate is used up after some leases.</summary>
    public long UsedAfter(int leases) => (long)Math.Ceiling(_start + (leases * _pace));

    /// <summary>When further leases are allowed, in µs since 1970.</summary>
    public long NextAfter(int leases) => UsedAfter(leases) + (long)Math.Ceiling(Math.Max(1, Math.Floor(Step / _pace)) * _pace);
}
