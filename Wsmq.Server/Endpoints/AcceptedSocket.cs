using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Whether a request has become a WebSocket. Nothing remains to be done for it then, and what still waited for its end would be kept
/// by every idle connection.
/// </summary>
internal static class AcceptedSocket
{
    // Kestrel accepts before it waits for anything. Over HTTP/2, and in TestServer, there is no such status: no harm but some bytes.
    public static bool Is(HttpContext context) =>
        context.Response is { HasStarted: true, StatusCode: StatusCodes.Status101SwitchingProtocols };
}
