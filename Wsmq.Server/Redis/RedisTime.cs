namespace Wsmq.Server.Redis;

/// <summary>Converts times into the units of the scripts.</summary>
internal static class RedisTime
{
    public static long Micros(this TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Rounded up: Redis refuses a time to live of 0.</summary>
    public static long WholeMilliseconds(this TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}
