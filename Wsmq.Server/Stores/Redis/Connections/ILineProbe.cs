using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>Probes whether a connection answers.</summary>
internal interface ILineProbe
{
    /// <summary>Whether the current connection answers; null if that cannot be determined.</summary>
    Task<bool?> AnswersAsync(CancellationToken cancellationToken);

    /// <summary>Prepares a new connection to replace it; throws if Redis does not answer there either.</summary>
    Task PrepareAsync(IConnectionMultiplexer fresh, CancellationToken cancellationToken);
}
