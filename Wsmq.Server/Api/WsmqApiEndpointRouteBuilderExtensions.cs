using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wsmq;
using Wsmq.Server.Api;
using Wsmq.Server.Endpoints;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the HTTP API of wsmq into an app.</summary>
public static class WsmqApiEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the HTTP API, for programs without a SignalR client: sending messages and reading logs. docs/http.md describes it. An
    /// authenticated user is required; the app chooses the authentication scheme, and further conventions (a policy, CORS) can be added to
    /// the result. The user's rights and limits are those at the hub. Browsers are accepted only from pages of the same origin and of the
    /// origins in <see cref="WsmqEndpointOptions.AllowedOrigins"/>; others get 403. For those origins the API answers CORS preflights and
    /// sets the headers of CORS itself, unless the app has chosen a policy (<c>RequireCors</c>). Paths below the pattern that neither the API
    /// nor the app has are answered with <c>unknown-endpoint</c>.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">The route pattern that all paths of the API begin with. Default <c>/wsmq-api</c>.</param>
    /// <exception cref="InvalidOperationException"><c>AddWsmq</c> was not called, or the app has no authentication.</exception>
    /// <exception cref="OptionsValidationException">An option has an invalid value.</exception>
    public static IEndpointConventionBuilder MapWsmqApi(this IEndpointRouteBuilder endpoints, string pattern = "/wsmq-api")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        MappedServices.Require(endpoints.ServiceProvider, nameof(MapWsmqApi));
        var api = endpoints.MapGroup(pattern).RequireAuthorization().WithMetadata(new OriginPolicy.Marker(Problem.WriteAsync));
        var gate = endpoints.ServiceProvider.GetRequiredService<ApiGate>();
        var ofApp = endpoints.ServiceProvider.GetRequiredService<IOptions<WsmqOptions>>().Value.Endpoint.AppParameters;
        var all = ApiEndpoints.Of(endpoints.ServiceProvider);
        foreach (var endpoint in all)
        {
            var parameters = new KnownParameters(endpoint, ofApp);
            var mapped = api.MapMethods(endpoint.Path, [endpoint.Method], gate.Of(call =>
            {
                parameters.Check(call);
                return endpoint.Call(call);
            }));
            endpoint.Text.AddTo(mapped, endpoint.Tag);
            mapped.WithMetadata(ApiCors.Marker.Instance, new HttpMethodMetadata([endpoint.Method], acceptCorsPreflight: true));
        }

        // At the root of the app other paths are not those of the API.
        if (pattern.Trim('/').Length > 0)
            new UnmatchedEndpoint(all).MapTo(api, gate);
        return api;
    }
}
