using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.StackExchangeRedis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Server.Redis;

namespace Wsmq.Server.Hubs;

/// <summary>
/// The live plane of many nodes: the stock Redis backplane, for our hub alone (an open registration would take over the app's
/// own hubs as well), on a connection of its own (it disposes the one that it uses).
/// </summary>
internal sealed class BackplaneLifetimeManager(
    ConnectionRegistry connections,
    IOptions<WsmqRedisOptions> redis,
    IHubProtocolResolver protocols,
    IOptions<HubOptions> allHubs,
    IOptions<HubOptions<WsmqHub>> hub,
    ILogger<RedisHubLifetimeManager<WsmqHub>> logger)
    : RedisHubLifetimeManager<WsmqHub>(logger, Options.Create(Backplane(redis.Value)), protocols, allHubs, hub)
{
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connections.Add(connection);
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        connections.Remove(connection);
        return base.OnDisconnectedAsync(connection);
    }

    private static RedisOptions Backplane(WsmqRedisOptions options)
    {
        var settings = RedisConnections.Settings(options, "live");
        settings.AbortOnConnectFail = false;
        settings.ChannelPrefix = RedisChannel.Literal($"{options.KeyPrefix}:live");
        return new RedisOptions { Configuration = settings };
    }
}
