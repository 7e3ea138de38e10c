using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Determines the user of a request with the app's <see cref="IUserIdProvider"/>, as SignalR will for the resulting connection. That
/// interface takes a connection. Before one exists, it is called with an empty connection that has the request's user.
/// </summary>
internal sealed class RequestUser(IUserIdProvider users, ILoggerFactory loggers)
{
    /// <summary>The user's identifier; null if the user has none, which the hub refuses with an error code.</summary>
    public string? Of(HttpContext context)
    {
        var connection = new DefaultConnectionContext { User = context.User };
        connection.Features.Set<IHttpContextFeature>(new Asked { HttpContext = context });
        var asked = new HubConnectionContext(connection, new HubConnectionContextOptions(), loggers);
        return users.GetUserId(asked) is { Length: > 0 } user ? user : null;
    }

    private sealed class Asked : IHttpContextFeature
    {
        public HttpContext? HttpContext { get; set; }
    }
}
