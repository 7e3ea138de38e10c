using Microsoft.AspNetCore.Http;
using Wsmq.Server.Endpoints;

namespace Wsmq.Server.Draining;

/// <summary>How far a node is on its way out; it only goes forward.</summary>
internal sealed class DrainState
{
    // Another node takes the client at once; without one it pauses by itself.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private volatile bool _stopping;
    private volatile bool _refusing;

    /// <summary>The node says that it is not ready.</summary>
    public bool IsStopping => _stopping;

    /// <summary>It takes no new connection either.</summary>
    public bool IsRefusing => _refusing;

    public void Stop() => _stopping = true;

    public void Refuse()
    {
        _stopping = true;
        _refusing = true;
    }

    /// <summary>Before the hub's endpoint: refuses what would become a connection while it can still be done without one.</summary>
    public RequestDelegate Guard(RequestDelegate next) => context => _refusing && IsNew(context.Request) ? RefuseAsync(context) : next(context);

    // A request of a connection that there is already names it, as those of long polling do.
    private static bool IsNew(HttpRequest request) => !request.Query.ContainsKey("id");

    private static Task RefuseAsync(HttpContext context) =>
        Refusal.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new WsmqException(WsmqErrors.Stopping), RetryAfter);
}
