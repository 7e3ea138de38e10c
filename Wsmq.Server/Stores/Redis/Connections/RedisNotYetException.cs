using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>A Redis server was reached, but answered that it cannot serve for the moment (LOADING, CLUSTERDOWN, ...).</summary>
internal sealed class RedisNotYetException(ConfigurationOptions settings, string answer, Exception cause)
    : InvalidOperationException(
        $"Redis at {RedisConnections.Servers(settings)} cannot serve for the moment ({answer}): check that server. "
        + "At start the app waits for it for connectTimeout times connectRetry of WsmqRedisOptions.Configuration.",
        cause)
{
    public string Answer => answer;
}
