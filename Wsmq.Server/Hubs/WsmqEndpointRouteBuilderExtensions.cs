using Microsoft.AspNetCore.Routing;
using Wsmq;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps wsmq into an app.</summary>
public static class WsmqEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the hub to a path and requires an authenticated user there. Which scheme authenticates is the app's choice; further
    /// conventions (a policy, CORS) can be added to the result.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="path">The path, for example <c>/wsmq</c>.</param>
    public static HubEndpointConventionBuilder MapWsmq(this IEndpointRouteBuilder endpoints, string path = "/wsmq") =>
        endpoints.MapHub<WsmqHub>(path).RequireAuthorization();
}
