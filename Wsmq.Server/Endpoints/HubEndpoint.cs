using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Limits;
using Wsmq.Server.Revocation;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Runs before SignalR's endpoint of the wsmq hub. It counts connections when they are opened, refuses transports that the app has not
/// enabled, and refuses requests to a connection from any user but its own.
/// </summary>
internal sealed class HubEndpoint(
    RequestUser users, PendingConnections pending, OpenConnections open, AccessWatch access, ILogger<HubEndpoint> logger)
{
    private const HttpTransportType Polling = HttpTransportType.LongPolling | HttpTransportType.ServerSentEvents;

    /// <summary>Handles the negotiation, which creates a connection that no client has opened yet.</summary>
    public async Task NegotiateAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }

        if (!TryEnter(context, out var connection, out var refusal))
        {
            await RefuseAsync(context, refusal);
            return;
        }

        var isMade = false;
        try
        {
            await Negotiation.RunAsync(context, next, token =>
            {
                open.Add(token, connection);
                isMade = true;
            });
        }
        finally
        {
            // Otherwise the slot is released when the connection ends, or when it expires unopened.
            if (!isMade)
                connection.Place.Leave();
        }
    }

    /// <summary>Handles all requests of the transports.</summary>
    public Task ConnectAsync(HttpContext context, HttpTransportType allowed, RequestDelegate next)
    {
        var transport = TransportOf(context);
        if ((transport & allowed) == 0)
        {
            Log.TransportRefused(logger, context.Request.Method, $"{transport}");
            return Refusal.TransportAsync(context);
        }

        return context.Request.Query["id"] is [{ Length: > 0 } token]
            ? ContinueAsync(context, token, next)
            : OpenAsync(context, next);
    }

    // GET without an upgrade is long polling or server-sent events; POST sends for both, DELETE ends long polling.
    private static HttpTransportType TransportOf(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
            return HttpTransportType.WebSockets;
        if (HttpMethods.IsPost(context.Request.Method))
            return Polling;
        return HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase)
            ? HttpTransportType.ServerSentEvents
            : HttpTransportType.LongPolling;
    }

    private Task OpenAsync(HttpContext context, RequestDelegate next)
    {
        // SignalR itself answers a request that is not a WebSocket and has no connection id.
        if (!context.WebSockets.IsWebSocketRequest)
            return next(context);
        return TryEnter(context, out var connection, out var refusal)
            ? AcceptAsync(context, connection, next)
            : RefuseAsync(context, refusal);
    }

    private Task ContinueAsync(HttpContext context, string token, RequestDelegate next)
    {
        if (!open.TryGet(token, out var connection))
            return RefuseAsync(context, new WsmqException(WsmqErrors.NoSuchConnection));
        var checking = RefusalOfAsync(context, connection);
        return checking.IsCompletedSuccessfully
            ? GoOnAsync(context, connection, checking.Result, next)
            : CheckedAsync(context, connection, checking, next);
    }

    private async Task CheckedAsync(HttpContext context, OpenConnection connection, ValueTask<WsmqException?> checking, RequestDelegate next) =>
        await GoOnAsync(context, connection, await checking, next);

    private Task GoOnAsync(HttpContext context, OpenConnection connection, WsmqException? refusal, RequestDelegate next)
    {
        if (refusal is not null)
            return RefuseAsync(context, refusal);

        // A WebSocket makes no further requests, so its connection token is valid for this request only.
        if (context.WebSockets.IsWebSocketRequest)
        {
            return open.TryTake(connection)
                ? AcceptAsync(context, connection, next)
                : RefuseAsync(context, new WsmqException(WsmqErrors.NoSuchConnection));
        }

        if (!HttpMethods.IsPost(context.Request.Method) && !HttpMethods.IsDelete(context.Request.Method))
            connection.Read(context);
        return next(context);
    }

    private static Task AcceptAsync(HttpContext context, OpenConnection connection, RequestDelegate next)
    {
        connection.Read(context);
        var running = next(context);

        // The hub releases the slot of an accepted WebSocket.
        return AcceptedSocket.Is(context) ? running : LeaveAfterAsync(running, connection);
    }

    private static async Task LeaveAfterAsync(Task running, OpenConnection connection)
    {
        try
        {
            await running;
        }
        finally
        {
            connection.Place.Leave();
        }
    }

    private Task RefuseAsync(HttpContext context, WsmqException refusal)
    {
        Log.RequestRefused(logger, context.Request.Method, refusal.Error.Code);
        return Refusal.WriteAsync(context, StatusOf(refusal.Error), refusal);
    }

    // A connection of another user gets the same answer as one that does not exist.
    private static int StatusOf(WsmqError error) =>
        error == WsmqErrors.NoSuchConnection ? StatusCodes.Status404NotFound
        : error == WsmqErrors.TooManyConnections ? StatusCodes.Status429TooManyRequests
        : error.CanRetry ? StatusCodes.Status503ServiceUnavailable
        : StatusCodes.Status403Forbidden;

    /// <summary>The error with which a request may not use a connection; null if it may.</summary>
    private async ValueTask<WsmqException?> RefusalOfAsync(HttpContext context, OpenConnection connection)
    {
        var user = users.Of(context);
        if (!string.Equals(user, connection.User, StringComparison.Ordinal))
            return new WsmqException(WsmqErrors.NoSuchConnection);
        if (user is null)
            return null;
        try
        {
            await access.AdmitAsync(new WsmqCaller(user, string.Empty, context.User), context.RequestAborted);
            return null;
        }
        catch (WsmqException e)
        {
            return e;
        }
    }

    private bool TryEnter(
        HttpContext context, [NotNullWhen(true)] out OpenConnection? connection, [NotNullWhen(false)] out WsmqException? refusal)
    {
        (connection, refusal) = (null, null);
        var user = users.Of(context);
        try
        {
            connection = new OpenConnection(user, pending.Enter(user, context));
            return true;
        }
        catch (WsmqException e)
        {
            refusal = e;
            return false;
        }
    }
}
