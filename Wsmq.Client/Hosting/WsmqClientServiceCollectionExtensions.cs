using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add a <see cref="WsmqClient"/> to a host.</summary>
public static class WsmqClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds a singleton <see cref="WsmqClient"/> that starts with the host, without delaying the host's start, and stops with it. A send
    /// before that starts it, so a hosted service may await a send in its own start. The client keeps trying to connect also where it
    /// is refused, unless the token was revoked or the user banned. Logs go to the host's logger factory. Further calls have no effect.
    /// </summary>
    /// <remarks>An invalid URL or option fails the host's start with <see cref="ArgumentException"/>.</remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="url">The URL of the hub, for example <c>https://example.test/wsmq</c>.</param>
    /// <param name="configure">Sets options; may be null.</param>
    /// <param name="configureClient">Registers handlers before the client starts; may be null.</param>
    public static IServiceCollection AddWsmqClient(
        this IServiceCollection services, Uri url, Action<WsmqClientOptions>? configure = null, Action<WsmqClient>? configureClient = null) =>
        services.AddWsmqClient(url, (_, options) => configure?.Invoke(options), (_, client) => configureClient?.Invoke(client));

    /// <summary>
    /// Adds a singleton <see cref="WsmqClient"/> as the other overload does; both callbacks get the host's service provider.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="url">The URL of the hub, for example <c>https://example.test/wsmq</c>.</param>
    /// <param name="configure">Sets options.</param>
    /// <param name="configureClient">Registers handlers before the client starts; may be null.</param>
    public static IServiceCollection AddWsmqClient(
        this IServiceCollection services, Uri url, Action<IServiceProvider, WsmqClientOptions> configure,
        Action<IServiceProvider, WsmqClient>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(provider => Create(provider, url, configure, configureClient));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WsmqClientService>());
        return services;
    }

    private static WsmqClient Create(
        IServiceProvider provider, Uri url, Action<IServiceProvider, WsmqClientOptions> configure, Action<IServiceProvider, WsmqClient>? configureClient)
    {
        var client = new WsmqClient(url, options =>
        {
            options.LoggerFactory = provider.GetService<ILoggerFactory>();
            options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;
            configure(provider, options);
        });
        configureClient?.Invoke(provider, client);
        client.StartsWithFirstCall = true;
        return client;
    }
}
