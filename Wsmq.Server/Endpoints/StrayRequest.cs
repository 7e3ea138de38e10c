using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Decides whether a WebSocket or negotiation request that did not reach the hub was meant for it. An app may have its own hubs and
/// WebSockets, and refuse requests to them for its own reasons. A page as the answer to a WebSocket request, or a fallback route that
/// answers it, is never intended.
/// </summary>
internal static class StrayRequest
{
    private const string Negotiate = "/negotiate";

    public static bool IsUpgrade(HttpContext context) => context.Request.Headers.ContainsKey("Sec-WebSocket-Version");

    public static bool IsNegotiation(string? path) => path?.EndsWith(Negotiate, StringComparison.OrdinalIgnoreCase) == true;

    public static bool IsRedirect(int status) => status is >= StatusCodes.Status300MultipleChoices and < StatusCodes.Status400BadRequest;

    /// <param name="context">The request, with its response.</param>
    /// <param name="path">The original path: the app may have replaced the path in the request.</param>
    /// <param name="hubPaths">The paths at which the hub is mapped.</param>
    public static bool Is(HttpContext context, string path, IEnumerable<string> hubPaths)
    {
        var (status, endpoint) = (context.Response.StatusCode, context.GetEndpoint());
        if (IsAccepted(context) || endpoint?.Metadata.GetMetadata<HubMetadata>() is not null)
            return false;
        if (IsSuccess(status))
            return IsUpgrade(context) || !(IsRouteOfItsOwn(endpoint) || HoldsJson(context));
        if (IsRouteOfItsOwn(endpoint))
        {
            // The error page that UseStatusCodePagesWithReExecute leaves as the endpoint is such a route, too.
            return status == StatusCodes.Status404NotFound && Resembles(context, path, hubPaths);
        }

        return status is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed
            || (endpoint is RouteEndpoint && IsRedirect(status))
            || Resembles(context, path, hubPaths);
    }

    // Over HTTP/2 an accepted WebSocket has status 200.
    private static bool IsAccepted(HttpContext context) =>
        context.Response.StatusCode < StatusCodes.Status200OK || (HttpMethods.IsConnect(context.Request.Method) && IsSuccess(context.Response.StatusCode));

    private static bool IsSuccess(int status) => status is >= StatusCodes.Status200OK and < StatusCodes.Status300MultipleChoices;

    // MapFallback and similar routes have the last order. An endpoint that routing creates itself, such as for 405, is not a route.
    private static bool IsRouteOfItsOwn(Endpoint? endpoint) => endpoint is RouteEndpoint { Order: < int.MaxValue };

    // A fallback may be a reverse proxy for the hubs of another app.
    private static bool HoldsJson(HttpContext context) => context.Response.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;

    private static bool Resembles(HttpContext context, string path, IEnumerable<string> hubPaths)
    {
        var last = LastSegment(IsNegotiation(path) ? path[..^Negotiate.Length] : path);
        return context.Request.Query.ContainsKey("device")
            || (last.Length > 0 && hubPaths.Any(hub => LastSegment(hub).Equals(last, StringComparison.OrdinalIgnoreCase)));
    }

    private static string LastSegment(string path) => path[(path.LastIndexOf('/') + 1)..];
}
