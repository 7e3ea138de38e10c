using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>A connection that is probed, and replaced if it does not answer.</summary>
internal interface ILine
{
    /// <summary>Part of the connection's client name.</summary>
    string Purpose { get; }

    bool IsOpen { get; }

    /// <exception cref="WsmqException"><c>store-unavailable</c>: no connection is open.</exception>
    IConnectionMultiplexer Current { get; }

    /// <summary>Opens a new connection, and uses it, or an equivalent one, from then on.</summary>
    /// <param name="prepare">Prepares the new connection. If it throws, the current one stays.</param>
    /// <param name="cancellationToken">Cancels the replacement.</param>
    Task ReplaceAsync(Func<IConnectionMultiplexer, Task> prepare, CancellationToken cancellationToken);
}
