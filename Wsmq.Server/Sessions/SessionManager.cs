using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Availability;
using Wsmq.Server.Budgets;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Pumps;

namespace Wsmq.Server.Sessions;

/// <summary>Opens the session of an accepted connection, and closes it.</summary>
internal sealed class SessionManager(
    ConnectionRegistry connections,
    Admission admission,
    Subscriptions subscriptions,
    IHubContext<WsmqHub, IWsmqReceiver> hub,
    StoreNews news,
    WsmqMetrics metrics)
{
    // How long a refused client has to read the reason and close the connection; then the server aborts it, to free its slot.
    private static readonly TimeSpan RefusedGrace = TimeSpan.FromSeconds(5);

    /// <exception cref="WsmqException">
    /// The connection is refused: 1xxx, <c>read-not-allowed</c>, <c>store-unavailable</c> or <c>stopping</c>.
    /// </exception>
    public async Task<Session> OpenAsync(HubCallerContext context)
    {
        var connection = connections.Get(context.ConnectionId);
        var caller = CallerOf(context);
        var entered = admission.Enter(caller);
        var credits = new ConnectionCredits(subscriptions.Options.Delivery.MaxInFlightMessagesPerConnection);
        var session = new Session(caller, new Receiver(caller.UserId, caller.Device, connection, credits, entered.Reads), entered);
        context.Features.Get<ReadGate>()?.Charge(session.Limits.Budget);
        try
        {
            await admission.CheckAsync(caller, context.ConnectionAborted);
            session.Groups = new GroupReader(session, subscriptions, hub.Groups);
            var feed = await subscriptions.SubscribeAsync(session, session.OwnQueue, WsmqPosition.Start, context.ConnectionAborted);
            feed.MembershipChanged += session.Groups.Changed;
            session.Groups.Start();
            news.Accept(connection, session);
            metrics.Connected();

            // Not before: a refused connection counts as pending until it is closed.
            OpenConnection.Of(context.GetHttpContext())?.Place.Leave();
            return session;
        }
        catch (Exception e)
        {
            if (e is WsmqException known)
                admission.Refused(connection.Id, known);
            await ReleaseAsync(session);
            throw;
        }
    }

    /// <summary>
    /// Closes a connection with an error after which the client may reconnect. An exception from OnConnectedAsync would tell clients not to
    /// reconnect automatically.
    /// </summary>
    public void TurnAway(HubCallerContext context, WsmqException reason) =>
        connections.Get(context.ConnectionId).Close(reason, mayReconnect: true, RefusedGrace);

    public async Task CloseAsync(Session session)
    {
        metrics.Disconnected();
        session.Connection.Session = null;
        await ReleaseAsync(session);
    }

    private WsmqCaller CallerOf(HubCallerContext context)
    {
        try
        {
            return CallerReader.CallerOf(context, subscriptions.Options.Access);
        }
        catch (WsmqException e)
        {
            admission.Refused(context.ConnectionId, e);
            throw;
        }
    }

    private async Task ReleaseAsync(Session session)
    {
        session.EndWork();
        admission.Leave(session.Limits);
        if (session.Groups is { } groups)
        {
            if (session.TryGetPump(session.OwnQueue, out var own))
                own.Feed.MembershipChanged -= groups.Changed;
            await groups.StopAsync();
        }

        foreach (var pump in session.Pumps)
            await subscriptions.UnsubscribeAsync(session, pump.Feed.Source);
    }
}
