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

        if (await TryEnterAsync(context) is not { } connection)
            return;
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

    private async Task OpenAsync(HttpContext context, RequestDelegate next)
    {
        // SignalR answers what is no WebSocket and names no connection.
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await next(context);
            return;
        }

        if (await TryEnterAsync(context) is not { } connection)
            return;
        try
        {
            connection.Read(context);
            await next(context);
        }
        finally
        {
            connection.Place.Leave();
        }
    }

    private async Task ContinueAsync(HttpContext context, string token, RequestDelegate next)
    {
        if (!open.TryGet(token, out var connection))
        {
            Log.RequestRefused(logger, context.Request.Method, WsmqErrors.NoSuchConnection.Code);
            await Refusal.WriteAsync(context, StatusCodes.Status404NotFound, new WsmqException(WsmqErrors.NoSuchConnection));
            return;
        }

        if (await RefusalOfAsync(context, connection) is { } refusal)
        {
            Log.RequestRefused(logger, context.Request.Method, refusal.Error.Code);
            await Refusal.WriteAsync(context, StatusOf(refusal.Error), refusal);
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method) && !HttpMethods.IsDelete(context.Request.Method))
            connection.Read(context);
        await next(context);
    }

    // To another user a connection is as one that there is not.
    private static int StatusOf(WsmqError error) =>
        error == WsmqErrors.NoSuchConnection ? StatusCodes.Status404NotFound
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

    private async Task<OpenConnection?> TryEnterAsync(HttpContext context)
    {
        var user = users.Of(context);
        try
        {
            return new OpenConnection(user, pending.Enter(user, context));
        }
        catch (WsmqException e)
        {
            Log.RequestRefused(logger, context.Request.Method, e.Error.Code);
            await Refusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, e);
            return null;
        }
    }
}
