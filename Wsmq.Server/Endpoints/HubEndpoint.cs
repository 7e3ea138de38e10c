using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Access;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Stands before SignalR's endpoint of our hub. It counts connections where they are opened, refuses transports that the app has not
/// switched on, and lets a connection be used by the one user to whom it belongs.
/// </summary>
internal sealed class HubEndpoint(
    RequestUser users, PendingConnections pending, OpenConnections open, AccessWatch access, ILogger<HubEndpoint> logger)
{
    private const HttpTransportType Polling = HttpTransportType.LongPolling | HttpTransportType.ServerSentEvents;

    /// <summary>The negotiation, which leaves a connection behind that nobody has opened yet.</summary>
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
            // Else it is given back when the connection ends, or when nobody opens it.
            if (!isMade)
                connection.Place.Leave();
        }
    }

    /// <summary>Everything that a transport asks.</summary>
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

    // GET without an upgrade polls or streams; POST sends for both, DELETE ends a poll.
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
        // SignalR answers what is no WebSocket and names no connection.
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

        // A WebSocket has no further requests: its token is good for this one.
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

        // The hub gives the place of an accepted one back.
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

    // To another user a connection is as one that there is not.
    private static int StatusOf(WsmqError error) =>
        error == WsmqErrors.NoSuchConnection ? StatusCodes.Status404NotFound
        : error == WsmqErrors.TooManyConnections ? StatusCodes.Status429TooManyRequests
        : error.CanRetry ? StatusCodes.Status503ServiceUnavailable
        : StatusCodes.Status403Forbidden;

    /// <summary>Why a request may not use a connection; null where it may.</summary>
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
