using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>Makes connections as the options say.</summary>
internal sealed class HubSessionFactory(Uri url, WsmqClientOptions options)
{
    private readonly Uri _url = WithQuery(url, options.Device);

    /// <param name="receiver">Where deliveries go.</param>
    /// <param name="ct">Given to the app when it is asked for a token.</param>
    public HubSession Create(ISessionReceiver receiver, CancellationToken ct)
    {
        var builder = new HubConnectionBuilder();
        if (options.LoggerFactory is { } loggers)
            builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(new Borrowed(loggers)));
        builder.Services.Configure<JsonHubProtocolOptions>(json => UseContext(json.PayloadSerializerOptions.TypeInfoResolverChain));
        builder.WithUrl(_url, http => Configure(http, ct));
        options.ConfigureConnection?.Invoke(builder);
        return new HubSession(builder.Build(), receiver);
    }

    private void Configure(HttpConnectionOptions http, CancellationToken ct)
    {
        http.Transports = HttpTransportType.WebSockets;
        http.SkipNegotiation = true;
        if (options.AccessToken is { } token)
        {
            // SignalR waits for a token without end: one that never comes would end all attempts to connect.
            http.AccessTokenProvider = () => token(ct).WaitAsync(options.ConnectTimeout, options.TimeProvider, ct);
        }

        options.ConfigureHttp?.Invoke(http);
    }

    private static void UseContext(IList<IJsonTypeInfoResolver> chain)
    {
        chain.Insert(0, WsmqJson.TypeInfoResolver);
        chain.Insert(1, SendFrameContext.Default);
    }

    private static Uri WithQuery(Uri url, string device)
    {
        var builder = new UriBuilder(url);
        var separator = builder.Query.Length > 1 ? "&" : string.Empty;
        builder.Query = $"{builder.Query.TrimStart('?')}{separator}device={Uri.EscapeDataString(device)}&batch=true&store=true";
        return builder.Uri;
    }

    // Each connection has a container of its own, which disposes what it holds: the app's logger factory must survive that.
    private sealed class Borrowed(ILoggerFactory inner) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => inner.CreateLogger(categoryName);

        public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

        public void Dispose()
        {
        }
    }
}
