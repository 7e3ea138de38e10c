using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Wsmq.Server.Delivering;

/// <summary>
/// Whether what SignalR wrote to a WebSocket has left the server. SignalR does not say why a connection ended: one whose last write
/// was still waiting for the line was cut off by a time-out, and its client is not to blame for the message in it.
/// </summary>
internal sealed class SocketWrites(IHttpWebSocketFeature sockets) : IHttpWebSocketFeature
{
    private volatile bool _unfinished;

    /// <summary>Of a request that an observed endpoint took; null where it is no WebSocket.</summary>
    public static SocketWrites? Of(HttpContext? context) => context?.Features.Get<IHttpWebSocketFeature>() as SocketWrites;

    /// <summary>A write waits for the socket, or failed there.</summary>
    public bool AreUnfinished => _unfinished;

    bool IHttpWebSocketFeature.IsWebSocketRequest => true;

    /// <summary>Has an endpoint's WebSockets observed. It stands behind the middleware that makes their feature.</summary>
    /// <param name="next">The endpoint; SignalR's own middleware leaves a feature alone which is there already.</param>
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

    // SignalR writes to a socket one after another.
    private async ValueTask AwaitAsync(ValueTask writing)
    {
        _unfinished = true;
        await writing;
        _unfinished = false;
    }
}
