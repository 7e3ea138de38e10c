namespace Wsmq.Server.Live;

/// <summary>A store that opens and closes the connection of the live plane together with its own.</summary>
internal interface IBackplaneOwner
{
    RedisBackplane Backplane { get; }
}
