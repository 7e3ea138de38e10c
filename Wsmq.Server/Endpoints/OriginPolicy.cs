using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Refuses browser requests from pages of origins that are not allowed. CORS does not apply to WebSockets: without this check any page
/// could open one with the cookies of the user who visits it. Runs during endpoint selection, and thus before authentication.
/// </summary>
internal sealed class OriginPolicy(IOptions<WsmqOptions> options, ILogger<OriginPolicy> logger) : MatcherPolicy, IEndpointSelectorPolicy
{
    private static readonly Endpoint Refused = new(
        RefuseAsync, new EndpointMetadataCollection(new AllowAnonymousAttribute()), "wsmq: origin not allowed");

    // After selection by method and host: candidates that these exclude are not checked.
    public override int Order => 1_000;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsOurs);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && IsOurs(candidates[i].Endpoint) && !IsAllowed(httpContext.Request))
                candidates.ReplaceEndpoint(i, Refused, candidates[i].Values);
        }

        return Task.CompletedTask;
    }

    private static bool IsOurs(Endpoint endpoint) => endpoint.Metadata.GetMetadata<Marker>() is not null;

    private static Task RefuseAsync(HttpContext context) =>
        Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, new WsmqException(WsmqErrors.OriginNotAllowed));

    private bool IsAllowed(HttpRequest request)
    {
        // Browsers always send the header with a WebSocket and with a cross-origin negotiate. Other clients have no reason to send it.
        if (request.Headers.Origin.Count == 0)
            return true;
        var allowed = options.Value.Endpoint.AllowedOrigins;
        if (allowed.Contains(Origin.Any))
            return true;
        if (request.Headers.Origin is [{ } literal] && Origin.IsLiteral(literal) && allowed.Contains(literal))
            return true;
        if (request.Headers.Origin is [var text] && Origin.TryParse(text, out var origin)
            && (origin.Value.IsOf(request) || allowed.Any(a => Origin.TryParse(a, out var other) && other.Value.Equals(origin.Value))))
            return true;
        Log.OriginRefused(logger, PrintableText.Of(request.Headers.Origin.ToString()));
        return false;
    }

    /// <summary>Metadata that marks the endpoints to which this policy applies.</summary>
    public sealed class Marker
    {
        public static Marker Instance { get; } = new();
    }
}
