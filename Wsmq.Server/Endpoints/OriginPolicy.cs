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
    // After selection by method and host: candidates that these exclude are not checked.
    public override int Order => 1_000;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsOurs);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && IsOurs(candidates[i].Endpoint) && !IsAllowed(httpContext.Request))
                candidates.ReplaceEndpoint(i, MarkerOf(candidates[i].Endpoint)!.Refused, candidates[i].Values);
        }

        return Task.CompletedTask;
    }

    private static bool IsOurs(Endpoint endpoint) => MarkerOf(endpoint) is not null;

    private static Marker? MarkerOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<Marker>();

    private bool IsAllowed(HttpRequest request)
    {
        // Browsers always send the header with a WebSocket and with a cross-origin negotiate. Other clients have no reason to send it.
        if (request.Headers.Origin.Count == 0)
            return true;
        var allowed = options.Value.Endpoint.AllowedOrigins;
        if (allowed.Contains(Origin.Any))
            return true;
        if (request.Headers.Origin is [var text]
            && (ListedOrigins.Name(allowed, text) || (Origin.TryParse(text, out var origin) && origin.Value.IsOf(request))))
            return true;
        Log.OriginRefused(logger, PrintableText.Of(request.Headers.Origin.ToString()));
        return false;
    }

    /// <summary>Metadata that marks the endpoints to which this policy applies.</summary>
    /// <param name="refuse">Writes the refusal in the form of the endpoint's other refusals.</param>
    public sealed class Marker(Func<HttpContext, WsmqException, Task> refuse)
    {
        public static Marker Instance { get; } =
            new((context, refusal) => Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, refusal));

        /// <summary>The endpoint that answers a request from a page of an origin that is not allowed.</summary>
        public Endpoint Refused { get; } = new(
            context => refuse(context, new WsmqException(WsmqErrors.OriginNotAllowed)),
            new EndpointMetadataCollection(new AllowAnonymousAttribute()),
            "wsmq: origin not allowed");
    }
}
