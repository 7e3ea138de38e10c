using Microsoft.AspNetCore.Http;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Endpoints;

/// <summary>Refuses new connections while the node stops, with a status, before a connection exists.</summary>
internal static class DrainGuard
{
    // Another node can accept the client at once. If there is none, the client backs off by itself.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static RequestDelegate Of(DrainState state, RequestDelegate next) =>
        context => state.IsRefusing && IsNew(context.Request) ? RefuseAsync(context) : next(context);

    // A request of an existing connection has its id in the query, as in long polling.
    private static bool IsNew(HttpRequest request) => !request.Query.ContainsKey("id");

    private static Task RefuseAsync(HttpContext context) =>
        Refusal.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new WsmqException(WsmqErrors.Stopping), RetryAfter);
}
