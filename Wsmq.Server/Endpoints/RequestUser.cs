using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Whose request it is, as the app's <see cref="IUserIdProvider"/> will say of the connection that comes of it. That interface takes
/// a connection, and before there is one it gets an empty one with the request's user.
/// </summary>
internal sealed class RequestUser(IUserIdProvider users, ILoggerFactory loggers)
{
    /// <summary>Null where the user has no identifier; the hub refuses it with a code.</summary>
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
