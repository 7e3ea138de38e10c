using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Tells whether a request has become a WebSocket. Such a request needs no further processing; code that still awaited its end would
/// cost memory on every idle connection.
/// </summary>
internal static class AcceptedSocket
{
    // Kestrel accepts the WebSocket before the first await. HTTP/2 and TestServer have no status 101: that only costs some bytes.
    public static bool Is(HttpContext context) =>
        context.Response is { HasStarted: true, StatusCode: StatusCodes.Status101SwitchingProtocols };
}
