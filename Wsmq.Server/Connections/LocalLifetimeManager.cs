using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Connections;

/// <summary>The lifetime manager for live pushes on a single node, without a backplane.</summary>
internal class LocalLifetimeManager(ConnectionRegistry connections, ILogger<DefaultHubLifetimeManager<WsmqHub>> logger)
    : DefaultHubLifetimeManager<WsmqHub>(logger)
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
}
