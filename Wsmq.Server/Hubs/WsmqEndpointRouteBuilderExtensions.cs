using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Wsmq;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps wsmq into an app.</summary>
public static class WsmqEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the hub to a path and requires an authenticated user there. Which scheme authenticates is the app's choice; further
    /// conventions (a policy, CORS) can be added to the result. A connection ends when its authentication does (where the scheme
    /// says when that is, as JWT bearer does), because nothing else would ever check it again.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="path">The path, for example <c>/wsmq</c>.</param>
    /// <param name="configure">Changes how the path takes connections: transports, buffers.</param>
    public static HubEndpointConventionBuilder MapWsmq(
        this IEndpointRouteBuilder endpoints, string path = "/wsmq", Action<HttpConnectionDispatcherOptions>? configure = null) =>
        endpoints.MapHub<WsmqHub>(path, options =>
        {
            options.CloseOnAuthenticationExpiration = true;
            configure?.Invoke(options);
        }).RequireAuthorization();
}
