using System.Net;
using System.Net.WebSockets;

namespace Wsmq.Tests.Support;

/// <summary>The HTTP status with which a server answers a WebSocket upgrade.</summary>
internal static class SocketStatus
{
    public static async Task<HttpStatusCode> OfAsync(Uri hub, string? origin, string? token, bool inQuery = false, string? host = null)
    {
        using var socket = new ClientWebSocket();
        if (host is not null)
            socket.Options.SetRequestHeader("Host", host);
        await ConnectAsync(socket, hub, origin, token, inQuery);
        return socket.HttpStatusCode;
    }

    /// <summary>Returns whether or not the server accepts: the socket has the status and the headers of the response.</summary>
    public static async Task ConnectAsync(
        ClientWebSocket socket, Uri hub, string? origin, string? token, bool inQuery, HttpMessageInvoker? http = null)
    {
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        if (token is not null && !inQuery)
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        var url = new UriBuilder(hub)
        {
            Scheme = hub.Scheme == "https" ? "wss" : "ws",
            Query = inQuery ? $"access_token={token}" : "",
        };
        try
        {
            await socket.ConnectAsync(url.Uri, http, default);
        }
        catch (WebSocketException)
        {
            // The caller reads the status from the socket.
        }
    }
}
