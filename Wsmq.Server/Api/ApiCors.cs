using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Options;
using Wsmq.Server.Endpoints;

namespace Wsmq.Server.Api;

/// <summary>
/// Lets browsers use the API from pages of the origins that may connect: answers preflights, and sets the headers of CORS. The framework's
/// service decides what they say. Its middleware cannot be relied on, because an app may not have it, and an endpoint with a policy then
/// fails; so this runs during endpoint selection, before authentication, and 401 reaches the page as well. What the app's own middleware
/// has set stays, and where the app has chosen a policy for the API, nothing is done here.
/// </summary>
internal sealed class ApiCors(ICorsService cors, IOptions<WsmqOptions> options) : MatcherPolicy, IEndpointSelectorPolicy
{
    private static readonly CorsPolicy Listed = Policy(withCredentials: true);
    private static readonly CorsPolicy Others = Policy(withCredentials: false);

    // After the check of the origin, which has replaced the endpoint where it refuses.
    public override int Order => 1_050;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(e => e.Metadata.GetMetadata<Marker>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        if (httpContext.Request.Headers.Origin is not [{ Length: > 0 } origin])
            return Task.CompletedTask;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && IsOurs(candidates[i].Endpoint))
                Apply(httpContext, candidates, i, origin);
        }

        return Task.CompletedTask;
    }

    private static bool IsOurs(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<Marker>() is not null && endpoint.Metadata.GetMetadata<ICorsMetadata>() is null;

    private static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0;

    // A page whose origin is listed may use the cookies of its visitor, as over a WebSocket, with which a browser always sends them. Any
    // page can have the origin null, and with * any page is allowed.
    private static CorsPolicy Policy(bool withCredentials)
    {
        var policy = new CorsPolicyBuilder()
            .SetIsOriginAllowed(_ => true)
            .WithMethods("GET", "POST", "PUT", "DELETE")
            .WithHeaders("Authorization", "Content-Type", MessageEndpoint.KeyHeader, StreamCursor.LastEventId, "X-Api-Key")
            .WithExposedHeaders("Retry-After", "WWW-Authenticate")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10));
        return (withCredentials ? policy.AllowCredentials() : policy.DisallowCredentials()).Build();
    }

    private void Apply(HttpContext context, CandidateSet candidates, int index, string origin)
    {
        var policy = ListedOrigins.NameSite(options.Value.Endpoint.AllowedOrigins, origin) ? Listed : Others;
        var result = cors.EvaluatePolicy(context, policy);
        context.Response.OnStarting(() =>
        {
            if (context.Response.Headers.AccessControlAllowOrigin.Count == 0)
                cors.ApplyResult(result, context.Response);
            return Task.CompletedTask;
        });
        if (IsPreflight(context.Request))
            candidates.ReplaceEndpoint(index, Marker.Preflight, candidates[index].Values);
    }

    /// <summary>Metadata that marks the endpoints to which this applies.</summary>
    public sealed class Marker
    {
        public static Marker Instance { get; } = new();

        /// <summary>The endpoint that answers a preflight, which comes without credentials.</summary>
        public static Endpoint Preflight { get; } = new(
            context =>
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            },
            new EndpointMetadataCollection(new AllowAnonymousAttribute()),
            "wsmq: preflight");
    }
}
