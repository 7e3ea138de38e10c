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

/// <summary>Opens a session for a connection that was let in, and closes it.</summary>
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

    /// <exception cref="WsmqException">The connection is refused: 1xxx, <c>read-not-allowed</c>, <c>store-unavailable</c> or <c>stopping</c>.</exception>
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
            // The endpoint refuses before the handshake; this one was on its way.
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

            // Not before: one that is turned away counts there until it is gone.
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
    /// Closes a connection that may be tried again. What OnConnectedAsync throws would tell clients not to reconnect by themselves.
    /// </summary>
    public async Task TurnAwayAsync(HubCallerContext context, WsmqException reason)
    {
        // The time runs from here: the write itself waits for a client that does not read.
        _ = EndAsync(context);
        try
        {
            await connections.Get(context.ConnectionId).WriteAsync(
                new CloseMessage(reason.Message, allowReconnect: true), context.ConnectionAborted);
        }
        catch (OperationCanceledException) when (context.ConnectionAborted.IsCancellationRequested)
        {
            // Hung up, or its time is over: no error of the server's.
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
            // Not louder: who tries again and again must not fill the app's log.
            Log.CallRefused(services.Logger, e.Error.Code);
            throw;
        }
    }

    // The client closes when it reads why. One that does not would keep its place.
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

    // Anything else than true does not ask for it: an unknown way of asking gets what every client understands.
    private static bool Wants(HubCallerContext context, string what) =>
        context.GetHttpContext()?.Request.Query.TryGetValue(what, out var asked) == true && asked == "true";
}
