using System.Security.Claims;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Wsmq.Server.Access;
using Wsmq.Server.Availability;
using Wsmq.Server.Budgets;
using Wsmq.Server.Delivering;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Draining;
using Wsmq.Server.Endpoints;
using Wsmq.Server.Hubs;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Sessions;

/// <summary>Opens the session of an accepted connection, and closes it.</summary>
internal sealed class SessionManager(
    ConnectionRegistry connections,
    AccessWatch access,
    ConnectionLimits limits,
    DrainState drain,
    StoreNews news,
    SessionServices services,
    SessionSweep sweep,
    WsmqMetrics metrics)
{
    private const int MaxDeviceBytes = 64;
    private const string DefaultDevice = "default";
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    /// <exception cref="WsmqException">
    /// The connection is refused: 1xxx, <c>read-not-allowed</c>, <c>store-unavailable</c> or <c>stopping</c>.
    /// </exception>
    public async Task<Session> OpenAsync(HubCallerContext context)
    {
        var caller = CallerOf(context);
        var connection = new ClientConnection(connections.Get(context.ConnectionId), Wants(context, "batch"));
        var credits = new ConnectionCredits(services.Options.ConnectionWindow);
        var entered = Enter(caller);
        var session = new Session(caller, new Receiver(caller.UserId, connection, credits, entered.Reads), entered);
        context.Features.Get<ReadGate>()?.Charge(session.Limits.Budget);
        try
        {
            // The endpoint refuses before the handshake; this connection was already past it.
            if (drain.IsRefusing)
                throw new WsmqException(WsmqErrors.Stopping);
            await access.AdmitAsync(caller, context.ConnectionAborted);
            session.Groups = new GroupReader(session, services);
            var feed = await services.ReadAsync(session, session.OwnQueue, WsmqPosition.Start, context.ConnectionAborted);
            feed.MembershipChanged += session.Groups.Changed;
            session.Groups.Start();
            sweep.Add(session);
            news.Add(connection, tell: Wants(context, "store"));
            metrics.Connected();

            // Not before: a refused connection counts as pending until it is closed.
            OpenConnection.Of(context.GetHttpContext())?.Place.Leave();
            return session;
        }
        catch (Exception e)
        {
            if (e is WsmqException known)
                Log.ConnectionRefused(services.Logger, connection.Id, known.Error.Code);
            await ReleaseAsync(session);
            throw;
        }
    }

    /// <summary>
    /// Closes a connection with an error after which the client may reconnect. An exception from OnConnectedAsync would tell clients not to
    /// reconnect automatically.
    /// </summary>
    public async Task TurnAwayAsync(HubCallerContext context, WsmqException reason)
    {
        // The time-out starts before the write, because the write itself waits for a client that does not read.
        _ = EndAsync(context);
        try
        {
            await connections.Get(context.ConnectionId).WriteAsync(
                new CloseMessage(reason.Message, allowReconnect: true), context.ConnectionAborted);
        }
        catch (OperationCanceledException) when (context.ConnectionAborted.IsCancellationRequested)
        {
            // The client disconnected, or the time-out is over: not an error of the server.
        }
    }

    public async Task CloseAsync(Session session)
    {
        metrics.Disconnected();
        sweep.Remove(session);
        news.Remove(session.Connection);
        await ReleaseAsync(session);
    }

    private WsmqCaller CallerOf(HubCallerContext context)
    {
        try
        {
            return new WsmqCaller(UserOf(context), DeviceOf(context), context.User ?? new ClaimsPrincipal());
        }
        catch (WsmqException e)
        {
            if (e.Error == WsmqErrors.NoUserIdentifier)
                Log.NoUserIdentifier(services.Logger);
            else
                Log.ConnectionRefused(services.Logger, context.ConnectionId, e.Error.Code);
            throw;
        }
    }

    private SessionLimits Enter(WsmqCaller caller)
    {
        try
        {
            return limits.Enter(caller.UserId, caller.Principal);
        }
        catch (WsmqException e)
        {
            // At level Debug: a client that retries repeatedly must not fill the app's log.
            Log.CallRefused(services.Logger, e.Error.Code);
            throw;
        }
    }

    // The client closes the connection when it reads the reason. A connection that it does not close would keep its slot.
    private async Task EndAsync(HubCallerContext context)
    {
        await Task.Delay(Farewell, services.Time, context.ConnectionAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!context.ConnectionAborted.IsCancellationRequested)
            context.Abort();
    }

    private async Task ReleaseAsync(Session session)
    {
        limits.Leave(session.Limits);
        if (session.Groups is { } groups)
        {
            if (session.TryGetPump(session.OwnQueue, out var own))
                own.Feed.MembershipChanged -= groups.Changed;
            await groups.StopAsync();
        }

        foreach (var pump in session.Pumps)
            await services.StopReadingAsync(session, pump.Feed.Source);
    }

    private string UserOf(HubCallerContext context)
    {
        if (string.IsNullOrEmpty(context.UserIdentifier))
            throw new WsmqException(WsmqErrors.NoUserIdentifier);
        return NameRules.Check(context.UserIdentifier, WsmqAddress.MaxNameBytes, !services.Options.Access.VouchedUserIdentifiers, out _, out var detail)
            ? context.UserIdentifier
            : throw new WsmqException(WsmqErrors.InvalidUserIdentifier, detail);
    }

    private static string DeviceOf(HubCallerContext context)
    {
        var query = context.GetHttpContext()?.Request.Query;
        if (query is null || !query.TryGetValue("device", out var device))
            return DefaultDevice;
        if (device.Count > 1)
            throw new WsmqException(WsmqErrors.InvalidDevice, $"device is given {device.Count} times in the hub's URL");
        return NameRules.Check(device[0], MaxDeviceBytes, isJudged: true, out _, out var detail)
            ? device[0]!
            : throw new WsmqException(WsmqErrors.InvalidDevice, detail);
    }

    // Any value other than true means no: a client with an unknown value gets what every client understands.
    private static bool Wants(HubCallerContext context, string what) =>
        context.GetHttpContext()?.Request.Query.TryGetValue(what, out var asked) == true && asked == "true";
}
