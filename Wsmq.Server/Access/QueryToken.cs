using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Access;

/// <summary>
/// Moves the token that a browser put into the query into the <c>Authorization</c> header, where every bearer scheme looks. Works while
/// the endpoint is chosen, so that it concerns the hub's own requests alone, under whatever path the app has it.
/// </summary>
internal sealed class QueryToken(IOptions<WsmqOptions> options) : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <summary>The name that SignalR's clients use.</summary>
    public const string Name = "access_token";

    // After the origin: a page that may not connect has no token taken.
    public override int Order => 1_100;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        options.Value.AcceptTokenInQuery && endpoints.Any(e => e.Metadata.GetMetadata<OriginPolicy.Marker>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && candidates[i].Endpoint.Metadata.GetMetadata<OriginPolicy.Marker>() is not null)
                Move(httpContext.Request);
        }

        return Task.CompletedTask;
    }

    // It leaves the query, so that what is written about the request from here on does not hold it.
    private static void Move(HttpRequest request)
    {
        if (request.Query[Name] is not [{ Length: > 0 } token])
            return;
        if (request.Headers.Authorization.Count == 0)
            request.Headers.Authorization = $"Bearer {token}";
        request.QueryString = new QueryBuilder(request.Query.Where(q => !string.Equals(q.Key, Name, StringComparison.OrdinalIgnoreCase))
            .SelectMany(q => q.Value, (q, value) => KeyValuePair.Create(q.Key, value ?? string.Empty))).ToQueryString();
    }
}
