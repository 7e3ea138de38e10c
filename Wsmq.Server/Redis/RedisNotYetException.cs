using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>A Redis that was reached cannot serve for the moment, as it says itself.</summary>
internal sealed class RedisNotYetException(ConfigurationOptions settings, string answer, Exception cause)
    : InvalidOperationException(
        $"Redis at {RedisConnections.Servers(settings)} cannot serve for the moment ({answer}). A start of the app waits for that as long "
        + "as connectTimeout times connectRetry of WsmqRedisOptions.Configuration say.",
        cause)
{
    public string Answer => answer;
}
