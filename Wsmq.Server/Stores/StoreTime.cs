namespace Wsmq.Server.Stores;

/// <summary>Converts times into the units of the stores.</summary>
internal static class StoreTime
{
    /// <summary>The unit of positions and of the times in the stores: whole microseconds.</summary>
    public static long Micros(this TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whole microseconds since 1970.</summary>
    public static long NowMicros(this TimeProvider clock) => (clock.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Rounded up: Redis refuses a time to live of 0.</summary>
    public static long WholeMilliseconds(this TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}
