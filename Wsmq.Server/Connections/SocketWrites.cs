using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Wsmq.Server.Connections;

/// <summary>
/// Tracks whether the writes of SignalR to a WebSocket have left the server. SignalR does not report why a connection ended: one whose last
/// write was still waiting for the network was closed by a timeout, and its client did not fail on the message in that write.
/// </summary>
internal sealed class SocketWrites(IHttpWebSocketFeature sockets) : IHttpWebSocketFeature
{
    private volatile bool _unfinished;

    /// <summary>Returns the instance of a request to an observed endpoint; null if the request is not a WebSocket.</summary>
    public static SocketWrites? Of(HttpContext? context) => context?.Features.Get<IHttpWebSocketFeature>() as SocketWrites;

    /// <summary>A write waits for the socket, or has failed.</summary>
    public bool AreUnfinished => _unfinished;

    bool IHttpWebSocketFeature.IsWebSocketRequest => true;

    /// <summary>
    /// Wraps an endpoint so that its WebSockets are observed. Must run after the middleware that sets the WebSocket feature.
    /// </summary>
    /// <param name="next">The endpoint; SignalR's own middleware keeps a feature that is already set.</param>
    public static RequestDelegate Observe(RequestDelegate next) => context =>
    {
        if (context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true } sockets)
            context.Features.Set<IHttpWebSocketFeature>(new SocketWrites(sockets));
        return next(context);
    };

    public ValueTask ObserveAsync(ValueTask writing)
    {
        if (!writing.IsCompletedSuccessfully)
            return AwaitAsync(writing);
        writing.GetAwaiter().GetResult();
        return default;
    }

    async Task<WebSocket> IHttpWebSocketFeature.AcceptAsync(WebSocketAcceptContext context) =>
        new ObservedSocket(await sockets.AcceptAsync(context), this);

    // SignalR starts a write to a socket only after the one before it has ended.
    private async ValueTask AwaitAsync(ValueTask writing)
    {
        _unfinished = true;
        await writing;
        _unfinished = false;
    }
}
