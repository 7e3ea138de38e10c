using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>The limits of a kind of log, as entries.lua reads them.</summary>
internal static class RetentionValues
{
    /// <summary>Count, age in µs and bytes.</summary>
    public static RedisValue[] Values(this RetentionRule rule) => [rule.MaxCount, rule.MaxAge.Micros(), rule.MaxBytes];
}
