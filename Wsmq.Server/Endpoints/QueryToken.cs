using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Moves the token that a browser sent in the query string to the <c>Authorization</c> header, where every bearer scheme reads it. Runs
/// during endpoint selection, so that it applies only to the hub's own requests, at whatever path the app maps the hub.
/// </summary>
internal sealed class QueryToken(IOptions<WsmqOptions> options) : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <summary>The query parameter that SignalR's clients use.</summary>
    public const string Name = "access_token";

    // After the origin check: the token of a page whose origin is not allowed is not read.
    public override int Order => 1_100;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        options.Value.Endpoint.AcceptTokenInQuery && endpoints.Any(e => e.Metadata.GetMetadata<OriginPolicy.Marker>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        if (OriginPolicy.FindOurs(candidates) is not null)
            Move(httpContext.Request);
        return Task.CompletedTask;
    }

    // The token is removed from the query string, so that later request logging does not contain it.
    private static void Move(HttpRequest request)
    {
        if (request.Query[Name] is not [{ Length: > 0 } token])
            return;
        if (request.Headers.Authorization.Count == 0 && !IsKey(token))
            request.Headers.Authorization = $"Bearer {token}";
        request.QueryString = new QueryBuilder(request.Query.Where(q => !string.Equals(q.Key, Name, StringComparison.OrdinalIgnoreCase))
            .SelectMany(q => q.Value, (q, value) => KeyValuePair.Create(q.Key, value ?? string.Empty))).ToQueryString();
    }

    // An API key is valid for long, and is no credential for a browser: not in a URL, which proxies log.
    private static bool IsKey(string token) => token.StartsWith(KeyIdentity.TextPrefix, StringComparison.OrdinalIgnoreCase);
}
