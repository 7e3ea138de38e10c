using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>Creates connections from the options.</summary>
/// <param name="url">The URL of the hub.</param>
/// <param name="options">The options.</param>
/// <param name="isHeld">Whether the next connection gets nothing before the client says so.</param>
internal sealed class HubSessionFactory(Uri url, WsmqClientOptions options, Func<bool> isHeld)
{
    private readonly Uri _url = WithQuery(url, options.Device);

    public Uri Url => url;

    /// <param name="receiver">Receives the server's calls.</param>
    /// <param name="cancellationToken">Passed to the app's access token provider.</param>
    public HubSession Create(ISessionReceiver receiver, CancellationToken cancellationToken)
    {
        var builder = new HubConnectionBuilder();
        if (options.LoggerFactory is { } loggers)
            builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(new SignalRLogs(loggers)));
        builder.Services.Configure<JsonHubProtocolOptions>(json => UseContext(json.PayloadSerializerOptions.TypeInfoResolverChain));
        var held = isHeld();
        builder.WithUrl(held ? new Uri($"{_url}&hold=true") : _url, http => Configure(http, cancellationToken));
        Call(options.ConfigureConnection, builder, nameof(options.ConfigureConnection));
        return new HubSession(builder.Build(), receiver, held, isHeld);
    }

    private void Configure(HttpConnectionOptions http, CancellationToken cancellationToken)
    {
        http.Transports = HttpTransportType.WebSockets;
        http.SkipNegotiation = true;
        if (options.AccessTokenProvider is { } token)
        {
            var tokens = new AccessTokens(token, options);
            http.AccessTokenProvider = () => tokens.GetAsync(cancellationToken);
        }

        Call(options.ConfigureHttp, http, nameof(options.ConfigureHttp));
        if (http.SkipNegotiation && http.Transports != HttpTransportType.WebSockets)
        {
            throw new WsmqException(
                WsmqErrors.ClientMisconfigured,
                $"{Of(nameof(options.ConfigureHttp))} sets other transports than WebSockets, which require SkipNegotiation = false");
        }
    }

    // Another attempt would fail the same way, so this ends the app's start with a final error.
    private static void Call<T>(Action<T>? configure, T target, string option)
    {
        try
        {
            configure?.Invoke(target);
        }
        catch (Exception e)
        {
            throw new WsmqException(WsmqErrors.ClientMisconfigured, $"{Of(option)} threw {e.GetType().Name}: {e.Message}", e);
        }
    }

    private static string Of(string option) => $"{nameof(WsmqClientOptions)}.{option}";

    private static void UseContext(IList<IJsonTypeInfoResolver> chain)
    {
        chain.Insert(0, WsmqJson.TypeInfoResolver);
        chain.Insert(1, SendFrameContext.Default);
    }

    private static Uri WithQuery(Uri url, string device)
    {
        var builder = new UriBuilder(url);
        var separator = builder.Query.Length > 1 ? "&" : string.Empty;
        builder.Query = $"{builder.Query.TrimStart('?')}{separator}device={Uri.EscapeDataString(device)}&batch=true&store=true&state=true&status=true&skips=true";
        return builder.Uri;
    }
}
