using Microsoft.AspNetCore.Http;
using Wsmq.Server.Endpoints;

namespace Wsmq.Server.Draining;

/// <summary>The drain state of a node: serving, not ready, refusing. It only moves forward.</summary>
internal sealed class DrainState
{
    // Another node can accept the client at once. If there is none, the client backs off by itself.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private volatile bool _stopping;
    private volatile bool _refusing;

    /// <summary>The node reports that it is not ready.</summary>
    public bool IsStopping => _stopping;

    /// <summary>The node refuses new connections.</summary>
    public bool IsRefusing => _refusing;

    public void Stop() => _stopping = true;

    public void Refuse()
    {
        _stopping = true;
        _refusing = true;
    }

    /// <summary>Runs before the hub's endpoint: refuses requests for a new connection with a status, before a connection exists.</summary>
    public RequestDelegate Guard(RequestDelegate next) => context => _refusing && IsNew(context.Request) ? RefuseAsync(context) : next(context);

    // A request of an existing connection has its id in the query, as in long polling.
    private static bool IsNew(HttpRequest request) => !request.Query.ContainsKey("id");

    private static Task RefuseAsync(HttpContext context) =>
        Refusal.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new WsmqException(WsmqErrors.Stopping), RetryAfter);
}
