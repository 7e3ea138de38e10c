using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Wsmq.Server.Delivering;

/// <summary>
/// Whether what SignalR wrote to a WebSocket has left the server. SignalR does not say why a connection ended: one whose last write
/// was still waiting for the line was cut off by a time-out, and its client is not to blame for the message in it.
/// </summary>
internal sealed class SocketWrites
{
    private volatile bool _unfinished;

    /// <summary>A write waits for the socket, or failed there.</summary>
    public bool AreUnfinished => _unfinished;

    /// <summary>Has an endpoint's WebSockets observed. It stands behind the middleware that makes their feature.</summary>
    /// <param name="next">The endpoint; SignalR's own middleware leaves a feature alone which is there already.</param>
    public static RequestDelegate Observe(RequestDelegate next) => context =>
    {
        if (context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true } sockets)
        {
            var writes = new SocketWrites();
            context.Features.Set(writes);
            context.Features.Set<IHttpWebSocketFeature>(new ObservedSockets(sockets, writes));
        }

        return next(context);
    };

    public ValueTask ObserveAsync(ValueTask writing)
    {
        if (!writing.IsCompletedSuccessfully)
            return AwaitAsync(writing);
        writing.GetAwaiter().GetResult();
        return default;
    }

    // SignalR writes to a socket one after another.
    private async ValueTask AwaitAsync(ValueTask writing)
    {
        _unfinished = true;
        await writing;
        _unfinished = false;
    }

    private sealed class ObservedSockets(IHttpWebSocketFeature sockets, SocketWrites writes) : IHttpWebSocketFeature
    {
        public bool IsWebSocketRequest => sockets.IsWebSocketRequest;

        public async Task<System.Net.WebSockets.WebSocket> AcceptAsync(WebSocketAcceptContext context) =>
            new ObservedSocket(await sockets.AcceptAsync(context), writes);
    }
}
