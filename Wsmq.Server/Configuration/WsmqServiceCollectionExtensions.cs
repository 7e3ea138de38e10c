using Wsmq;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds wsmq to an app.</summary>
public static class WsmqServiceCollectionExtensions
{
    /// <summary>
    /// Adds the hub, the publisher and the groups, on the embedded SQLite store unless a store is chosen on the result.
    /// Calling it again only adds to the options.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets options; they are validated when the app starts.</param>
    public static WsmqBuilder AddWsmq(this IServiceCollection services, Action<WsmqOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
            services.Configure(configure);
        return new WsmqBuilder(services);
    }

    /// <summary>Keeps everything in an embedded database: one node, no server to install.</summary>
    /// <param name="builder">What <c>AddWsmq</c> returned.</param>
    /// <param name="path">The database file; where it is null, the options' default.</param>
    /// <param name="configure">Sets further options of the store.</param>
    public static WsmqBuilder UseSqlite(this WsmqBuilder builder, string? path = null, Action<WsmqSqliteOptions>? configure = null) => builder;

    /// <summary>Keeps everything in Redis 7.0 or later: any number of nodes.</summary>
    /// <param name="builder">What <c>AddWsmq</c> returned.</param>
    /// <param name="configuration">A StackExchange.Redis configuration string.</param>
    /// <param name="configure">Sets further options of the store.</param>
    public static WsmqBuilder UseRedis(this WsmqBuilder builder, string configuration, Action<WsmqRedisOptions>? configure = null) => builder;
}
