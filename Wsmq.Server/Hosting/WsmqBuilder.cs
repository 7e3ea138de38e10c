using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Wsmq.Server.Connections;
using Wsmq.Server.Hosting;
using Wsmq.Server.Live;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Sqlite;

namespace Wsmq;

/// <summary>Selects the store; returned by <c>AddWsmq</c>. The last selection wins. The default is the embedded SQLite store.</summary>
public sealed class WsmqBuilder
{
    internal WsmqBuilder(IServiceCollection services) => Services = services;

    /// <summary>The app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Stores everything in an embedded SQLite database: one node, no server to install.</summary>
    /// <param name="path">The database file; null for the default of <see cref="WsmqSqliteOptions.Path"/>.</param>
    /// <param name="configure">Sets further options of the store.</param>
    public WsmqBuilder UseSqlite(string? path = null, Action<WsmqSqliteOptions>? configure = null)
    {
        AddOptions<WsmqSqliteOptions>(o => o.Path = path ?? o.Path, configure);
        // Relative to the content root, like the app's other files: the app must find its messages from any working directory.
        Services.AddOptions<WsmqSqliteOptions>().PostConfigure<IServiceProvider>((o, p) =>
        {
            if (p.GetService<IHostEnvironment>() is { } app && !string.IsNullOrWhiteSpace(o.Path))
                o.Path = Path.Combine(app.ContentRootPath, o.Path);
        });
        return Use<SqliteStore, LocalLifetimeManager>();
    }

    /// <summary>Stores everything in Redis 7.0 or later: any number of nodes.</summary>
    /// <param name="configuration">A StackExchange.Redis configuration string.</param>
    /// <param name="configure">Sets further options of the store.</param>
    public WsmqBuilder UseRedis(string configuration, Action<WsmqRedisOptions>? configure = null)
    {
        AddOptions<WsmqRedisOptions>(o => o.Configuration = configuration, configure);
        Services.AddOptions<WsmqRedisOptions>().Validate<IOptions<WsmqOptions>>(
            (redis, all) => redis.ReceiptReplicas == 0 || redis.ReplicaTimeout < all.Value.Publish.SendTimeout,
            "WsmqRedisOptions.ReplicaTimeout must be less than WsmqOptions.Publish.SendTimeout");
        return Use<RedisStore, RedisLivePlane>();
    }

    private WsmqBuilder Use<TStore, TLifetimeManager>()
        where TStore : class, IStore
        where TLifetimeManager : HubLifetimeManager<WsmqHub>
    {
        Services.Replace(ServiceDescriptor.Singleton<IStore, TStore>());
        Services.Replace(ServiceDescriptor.Singleton<HubLifetimeManager<WsmqHub>, TLifetimeManager>());
        return this;
    }

    private void AddOptions<T>(Action<T> first, Action<T>? configure)
        where T : class
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton(typeof(IValidateOptions<T>), typeof(StoreOptionsValidation)));
        Services.AddOptions<T>().Configure(first).Configure(configure ?? (_ => { })).ValidateOnStart();
    }
}
