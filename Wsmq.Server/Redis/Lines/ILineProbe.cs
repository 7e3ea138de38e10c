using StackExchange.Redis;

namespace Wsmq.Server.Redis.Lines;

/// <summary>How it is found out whether a connection answers.</summary>
internal interface ILineProbe
{
    /// <summary>Whether the present connection answers; null where nothing can be said about it.</summary>
    Task<bool?> AnswersAsync(CancellationToken cancellationToken);

    /// <summary>Makes a new connection ready to take its place; throws where Redis does not answer there either.</summary>
    Task PrepareAsync(IConnectionMultiplexer fresh, CancellationToken cancellationToken);
}
