using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Refuses browser requests from pages of origins that are not allowed. A POST without a body has no preflight, and a WebSocket no CORS:
/// without this check any page could make them with the cookies of the user who visits it. Where any page is allowed (<c>*</c> or
/// <c>null</c>), its cookies are dropped for the same reason. Runs during endpoint selection, and thus before authentication.
/// </summary>
internal sealed class OriginPolicy(IOptions<WsmqOptions> options, ILogger<OriginPolicy> logger) : MatcherPolicy, IEndpointSelectorPolicy
{
    // After selection by method and host: candidates that these exclude are not checked.
    public override int Order => 1_000;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsOurs);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        if (FindOurs(candidates) is { } i && !IsAllowed(httpContext))
            candidates.ReplaceEndpoint(i, MarkerOf(candidates[i].Endpoint)!.Refused, candidates[i].Values);
        return Task.CompletedTask;
    }

    /// <summary>
    /// The candidate that routing will take, the best one, if it is one of ours. The others, such as the one that answers unknown paths
    /// below the API, must not change a request to an endpoint of the app.
    /// </summary>
    public static int? FindOurs(CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i))
                return IsOurs(candidates[i].Endpoint) ? i : null;
        }

        return null;
    }

    private static bool IsOurs(Endpoint endpoint) => MarkerOf(endpoint) is not null;

    private static Marker? MarkerOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<Marker>();

    private bool IsAllowed(HttpContext context)
    {
        var request = context.Request;

        // Browsers always send the header with a WebSocket and with a cross-origin negotiate. Other clients have no reason to send it.
        if (request.Headers.Origin.Count == 0)
            return true;
        var allowed = options.Value.Endpoint.AllowedOrigins;
        var text = request.Headers.Origin is [var single] ? single : null;
        if (ListedOrigins.NameSite(allowed, text) || (Origin.TryParse(text, out var origin) && origin.Value.IsOf(request)))
            return true;
        if ((allowed.Contains(Origin.Any) || ListedOrigins.Name(allowed, text)) && DropCookies(context))
            return true;
        Log.OriginRefused(logger, PrintableText.Of(request.Headers.Origin.ToString()));
        return false;
    }

    // False where the app authenticates before routing, by UseAuthentication or in its own middleware: then they may have authenticated
    // the request already.
    private static bool DropCookies(HttpContext context)
    {
        if (context.Request.Headers.Cookie.Count == 0)
            return true;
        if (context.Features.Get<IAuthenticateResultFeature>() is not null || context.User.Identity?.IsAuthenticated == true)
            return false;
        context.Request.Headers.Remove(HeaderNames.Cookie);
        return true;
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
