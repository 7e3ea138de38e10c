namespace Wsmq.Server.Redis;

/// <summary>Times as the scripts take them.</summary>
internal static class RedisTime
{
    public static long Micros(this TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Rounded up: a time to live of nothing would be an error.</summary>
    public static long WholeMilliseconds(this TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}
