using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Whether a WebSocket or negotiation that did not reach the hub was meant for it. An app may have hubs and WebSockets of its own, and
/// refuse them as it likes; that a page is the answer to a WebSocket, or a fallback route takes it, is nobody's intention.
/// </summary>
internal static class StrayRequest
{
    private const string Negotiate = "/negotiate";

    public static bool IsUpgrade(HttpContext context) => context.Request.Headers.ContainsKey("Sec-WebSocket-Version");

    public static bool IsNegotiation(string? path) => path?.EndsWith(Negotiate, StringComparison.OrdinalIgnoreCase) == true;

    public static bool IsRedirect(int status) => status is >= StatusCodes.Status300MultipleChoices and < StatusCodes.Status400BadRequest;

    /// <param name="context">The request, with its answer.</param>
    /// <param name="path">What it asked for: the app may have written another path into it.</param>
    /// <param name="hubPaths">Where the hub is mapped.</param>
    public static bool Is(HttpContext context, string path, IEnumerable<string> hubPaths)
    {
        var (status, endpoint) = (context.Response.StatusCode, context.GetEndpoint());
        if (IsAccepted(context) || endpoint?.Metadata.GetMetadata<HubMetadata>() is not null)
            return false;
        if (IsSuccess(status))
            return IsUpgrade(context) || !(IsRouteOfItsOwn(endpoint) || HoldsJson(context));
        if (IsRouteOfItsOwn(endpoint))
        {
            // The page of errors that UseStatusCodePagesWithReExecute leaves as the endpoint is such a route, too.
            return status == StatusCodes.Status404NotFound && Resembles(context, path, hubPaths);
        }

        return status is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed
            || (endpoint is RouteEndpoint && IsRedirect(status))
            || Resembles(context, path, hubPaths);
    }

    // HTTP/2 answers 200 to a WebSocket that it takes.
    private static bool IsAccepted(HttpContext context) =>
        context.Response.StatusCode < StatusCodes.Status200OK || (HttpMethods.IsConnect(context.Request.Method) && IsSuccess(context.Response.StatusCode));

    private static bool IsSuccess(int status) => status is >= StatusCodes.Status200OK and < StatusCodes.Status300MultipleChoices;

    // MapFallback and its like come last of all; what routing answers by itself, as 405, is no route.
    private static bool IsRouteOfItsOwn(Endpoint? endpoint) => endpoint is RouteEndpoint { Order: < int.MaxValue };

    // A fallback may be a proxy in front of the hubs of another app.
    private static bool HoldsJson(HttpContext context) => context.Response.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;

    private static bool Resembles(HttpContext context, string path, IEnumerable<string> hubPaths)
    {
        var last = LastSegment(IsNegotiation(path) ? path[..^Negotiate.Length] : path);
        return context.Request.Query.ContainsKey("device")
            || (last.Length > 0 && hubPaths.Any(hub => LastSegment(hub).Equals(last, StringComparison.OrdinalIgnoreCase)));
    }

    private static string LastSegment(string path) => path[(path.LastIndexOf('/') + 1)..];
}
