using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Wsmq.Tests.Support;

/// <summary>Compresses an app's WebSockets. SignalR has no option for that: an app replaces the WebSocket feature instead.</summary>
internal static class CompressedSockets
{
    public static IApplicationBuilder UseCompressedSockets(this IApplicationBuilder app) => app.UseWebSockets().Use((context, next) =>
    {
        if (context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true } sockets)
            context.Features.Set<IHttpWebSocketFeature>(new Feature(sockets));
        return next(context);
    });

    private sealed class Feature(IHttpWebSocketFeature sockets) : IHttpWebSocketFeature
    {
        public bool IsWebSocketRequest => sockets.IsWebSocketRequest;

        public Task<WebSocket> AcceptAsync(WebSocketAcceptContext context) =>
            sockets.AcceptAsync(new WebSocketAcceptContext { SubProtocol = context.SubProtocol, DangerousEnableCompression = true });
    }
}
