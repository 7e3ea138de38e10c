using System.Security.Claims;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wsmq.Server.Budgets;
using Wsmq.Server.Connections;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Hubs;

/// <summary>
/// Runs the connections of the wsmq hub, with a protocol and options that the app's other hubs do not share. SignalR uses the options of
/// one hub only after <c>AddHubOptions</c>, which merges in those of all hubs; so it receives the options of this hub as those of all hubs
/// instead. The input of each connection passes a <see cref="ReadGate"/>.
/// </summary>
internal sealed class HubHandler(
    HubLifetimeManager<WsmqHub> connections,
    HubProtocol protocol,
    HubParts parts,
    RefusalLog loggers,
    IUserIdProvider users,
    IServiceScopeFactory scopes)
    : HubConnectionHandler<WsmqHub>(
        connections,
        protocol,
        Options.Create<HubOptions>(parts.Options),
        Options.Create(new HubOptions<WsmqHub>()),
        loggers,
        users,
        scopes)
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var opened = OpenConnection.Of(connection.Features.Get<IHttpContextFeature>()?.HttpContext)
            ?? throw new InvalidOperationException("WsmqHub is mapped with MapHub: map it with MapWsmq instead.");
        opened.IsStarted = true;
        ReadGate? gate = null;
        try
        {
            Keep(connection, opened);
            if (!await Handshake.WaitAsync(connection, parts.Options.HandshakeTimeout!.Value, parts.Time))
                return;
            gate = ReadGate.Open(connection);
            await base.OnConnectedAsync(connection);
        }
        finally
        {
            gate?.Close();
            parts.Open.Remove(opened);
        }
    }

    // With every poll SignalR replaces the user and the expiry of the connection by those of the request, and the app's other hubs would
    // accept polls of any user. So the first user is kept, and the expiry is enforced here as well.
    private void Keep(ConnectionContext connection, OpenConnection opened)
    {
        if (connection.Features.Get<IHttpTransportFeature>()?.TransportType == HttpTransportType.WebSockets)
            return;
        connection.Features.Set<IConnectionUserFeature>(new FirstUser { User = connection.Features.Get<IConnectionUserFeature>()?.User });
        var lifetime = connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(
            _ =>
            {
                if (opened.Expires <= parts.Time.GetUtcNow())
                    lifetime?.RequestClose();
            },
            connection);
    }

    private sealed class FirstUser : IConnectionUserFeature
    {
        public ClaimsPrincipal? User { get; set; }
    }
}
