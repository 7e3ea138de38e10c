using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the wsmq client to a host.</summary>
public static class WsmqClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="WsmqClient"/> that starts with the host, without holding up its start, and stops with it. A send from before
    /// that starts it: a hosted service may await one in its own start. It goes on trying to connect also where it is refused. Adding
    /// it again changes nothing.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="url">The address of the hub.</param>
    /// <param name="configure">Sets options; may be null.</param>
    /// <param name="handle">Registers handlers before the client starts; may be null.</param>
    public static IServiceCollection AddWsmqClient(
        this IServiceCollection services, Uri url, Action<WsmqClientOptions>? configure = null, Action<WsmqClient>? handle = null) =>
        services.AddWsmqClient(url, (_, options) => configure?.Invoke(options), (_, client) => handle?.Invoke(client));

    /// <summary>Adds a <see cref="WsmqClient"/> as the other overload does, with the host's services at hand.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="url">The address of the hub.</param>
    /// <param name="configure">Sets options.</param>
    /// <param name="handle">Registers handlers before the client starts; may be null.</param>
    public static IServiceCollection AddWsmqClient(
        this IServiceCollection services, Uri url, Action<IServiceProvider, WsmqClientOptions> configure,
        Action<IServiceProvider, WsmqClient>? handle = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(provider => Create(provider, url, configure, handle));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WsmqClientService>());
        return services;
    }

    private static WsmqClient Create(
        IServiceProvider provider, Uri url, Action<IServiceProvider, WsmqClientOptions> configure, Action<IServiceProvider, WsmqClient>? handle)
    {
        var client = new WsmqClient(url, options =>
        {
            options.LoggerFactory = provider.GetService<ILoggerFactory>();
            options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;
            configure(provider, options);
        });
        handle?.Invoke(provider, client);
        client.StartsWithFirstSend = true;
        return client;
    }
}
