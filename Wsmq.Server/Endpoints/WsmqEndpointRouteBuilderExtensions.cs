using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wsmq;
using Wsmq.Server.Connections;
using Wsmq.Server.Endpoints;
using Wsmq.Server.Lifecycle;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the wsmq hub into an app.</summary>
public static class WsmqEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the hub to a path and requires an authenticated user there. The app chooses the authentication scheme; further conventions (a
    /// policy, CORS) can be added to the result. A connection is closed when its authentication expires (if the scheme reports when, as JWT
    /// bearer does), because it is not checked again afterwards. Browsers are accepted only from pages of the same origin and of the
    /// origins in <see cref="WsmqEndpointOptions.AllowedOrigins"/>; others get 403.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">The route pattern. Default <c>/wsmq</c>.</param>
    /// <param name="configure">
    /// Changes how the path accepts connections: buffers, and transports. Only WebSockets are enabled unless others are added here.
    /// </param>
    /// <exception cref="InvalidOperationException"><c>AddWsmq</c> was not called, or the app has no authentication.</exception>
    /// <exception cref="OptionsValidationException">An option has an invalid value.</exception>
    public static HubEndpointConventionBuilder MapWsmq(
        this IEndpointRouteBuilder endpoints, string pattern = "/wsmq", Action<HttpConnectionDispatcherOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        MappedServices.Require(endpoints.ServiceProvider, nameof(MapWsmq));
        var writes = WriteTimeout.Of(endpoints.ServiceProvider.GetRequiredService<IOptions<WsmqOptions>>().Value);
        HttpConnectionDispatcherOptions? transports = null;
        var hub = endpoints.MapHub<WsmqHub>(pattern, options =>
        {
            options.Transports = HttpTransportType.WebSockets;
            options.CloseOnAuthenticationExpiration = true;
            options.TransportSendTimeout = writes;
            configure?.Invoke(options);
            transports = Checked(options);
        }).RequireAuthorization().WithMetadata(OriginPolicy.Marker.Instance);
        hub.Add(endpoint => endpoint.RequestDelegate = Guarded(endpoints, endpoint, transports!));
        return hub;
    }

    private static HttpConnectionDispatcherOptions Checked(HttpConnectionDispatcherOptions options)
    {
        if (options.AllowStatefulReconnects)
        {
            throw new InvalidOperationException(
                "wsmq does not support SignalR's stateful reconnect: cursors replace it, on every node. Leave AllowStatefulReconnects off.");
        }

        return options;
    }

    private static RequestDelegate Guarded(IEndpointRouteBuilder endpoints, EndpointBuilder endpoint, HttpConnectionDispatcherOptions transports)
    {
        var door = endpoints.ServiceProvider.GetRequiredService<HubEndpoint>();
        var next = SocketWrites.Observe(endpoint.RequestDelegate!);
        var app = endpoints.CreateApplicationBuilder();

        // Detects WebSocket requests, over HTTP/2 too, and sets the feature that is observed.
        app.UseWebSockets();
        if (endpoint.Metadata.OfType<NegotiateMetadata>().Any())
            app.Run(context => door.NegotiateAsync(context, next));
        else
        {
            app.Run(context => door.ConnectAsync(context, transports.Transports, next));
            var path = ((RouteEndpointBuilder)endpoint).RoutePattern.RawText;
            endpoints.ServiceProvider.GetRequiredService<RefusedRequests>().Add($"/{path?.TrimStart('/')}");
        }

        return DrainGuard.Of(endpoints.ServiceProvider.GetRequiredService<DrainState>(), app.Build());
    }
}
