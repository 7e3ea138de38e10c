using StackExchange.Redis;

namespace Wsmq.Server.Redis.Lines;

/// <summary>A connection that is asked whether it answers, and replaced where it does not.</summary>
internal interface ILine
{
    /// <summary>Stands in the connection's name.</summary>
    string Purpose { get; }

    bool IsOpen { get; }

    /// <exception cref="WsmqException"><c>store-unavailable</c>: there is none at the moment.</exception>
    IConnectionMultiplexer Current { get; }

    /// <summary>Opens one more connection, and uses it, or one like it, from now on.</summary>
    /// <param name="prepare">What the new one needs first. Where it throws, the present one stays.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task ReplaceAsync(Func<IConnectionMultiplexer, Task> prepare, CancellationToken cancellationToken);
}
