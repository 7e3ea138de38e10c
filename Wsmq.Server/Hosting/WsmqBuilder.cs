using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Hosting;
using Wsmq.Server.Live;
using Wsmq.Server.Requests;
using Wsmq.Server.Schedules;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Sqlite;
using Wsmq.Server.Unacknowledged;
using Wsmq.Server.Workers;

namespace Wsmq;

/// <summary>Selects the store, and declares work queues and their workers; returned by <c>AddWsmq</c>. The last selection wins. The default is the embedded SQLite store.</summary>
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

    /// <summary>
    /// Declares a work queue. Messages to <see cref="WsmqAddress.Work"/> of this name are jobs, each for one worker. A repeated call applies
    /// its options to the same queue.
    /// </summary>
    /// <param name="name">The name of the queue.</param>
    /// <param name="configure">Sets its options; they are validated when the app starts.</param>
    public WsmqBuilder AddQueue(string name, Action<WsmqQueueOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Services.Configure<WsmqOptions>(o =>
        {
            if (!o.Queues.TryGetValue(name, out var queue))
                o.Queues.Add(name, queue = new WsmqQueueOptions());
            configure?.Invoke(queue);
        });
        return this;
    }

    /// <summary>
    /// Adds a handler for the jobs of one type to the worker of a queue in this process, and declares the queue. The handler is registered
    /// as scoped unless the app has registered it. Options are those of the worker of the queue: several calls change the same ones.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="configure">Sets options of the worker; they are validated when the app starts.</param>
    /// <typeparam name="T">The type of the bodies.</typeparam>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <exception cref="WsmqException"><c>no-type-name</c>: no message is sent as this type.</exception>
    [RequiresUnreferencedCode("Deserializes by reflection.")]
    [RequiresDynamicCode("Deserializes by reflection.")]
    public WsmqBuilder AddWorker<T, THandler>(string queue, Action<WsmqWorkerOptions>? configure = null)
        where THandler : class, IWsmqJobHandler<T>
    {
        AddQueue(queue);
        var type = MessageTypeNames.Of(typeof(T));
        Services.TryAddScoped<THandler>();
        Services.AddOptions<WsmqWorkerOptions>(queue).Configure(configure ?? (_ => { })).ValidateOnStart();
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WsmqWorkerOptions>, WorkerOptionsValidation>());
        Services.AddSingleton(p => new QueueHandler(queue, new JobHandler<T>(
            type, TypedBody.ByReflection<T>(p.GetRequiredService<IOptions<WsmqOptions>>().Value.Publish.Json),
            p.GetRequiredService<ScopedHandlers>().HandleAsync<T, THandler>)));
        return this;
    }

    /// <summary>
    /// Answers requests of one type in the app: on each node that has the handler, with an instance and a service scope of its own for each
    /// request. The handler is registered as scoped unless the app has registered it.
    /// </summary>
    /// <param name="address">
    /// A user, a group, or a work queue, which is declared and whose worker in this process then answers the requests among its jobs.
    /// </param>
    /// <param name="configure">Sets options; several calls for one address change the same ones. Validated when the app starts.</param>
    /// <typeparam name="T">The type of the bodies.</typeparam>
    /// <typeparam name="TReply">The type of the replies.</typeparam>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <exception cref="WsmqException"><c>no-type-name</c>: no request is made as this type.</exception>
    [RequiresUnreferencedCode("Serializes by reflection.")]
    [RequiresDynamicCode("Serializes by reflection.")]
    public WsmqBuilder OnRequest<T, TReply, THandler>(WsmqAddress address, Action<WsmqResponderOptions>? configure = null)
        where THandler : class, IWsmqRequestHandler<T, TReply>
    {
        var type = MessageTypeNames.Of(typeof(T));
        Services.TryAddScoped<THandler>();
        if (address.Kind != WsmqAddressKind.Work)
        {
            Services.AddSingleton(p => new AppRequestHandler(address, HandlerOf(p), configure));
            return this;
        }

        AddQueue(address.Name);
        Services.AddOptions<WsmqWorkerOptions>(address.Name).Configure(worker =>
        {
            var options = new WsmqResponderOptions { Concurrency = worker.Concurrency };
            configure?.Invoke(options);
            worker.Concurrency = options.Concurrency;
        }).ValidateOnStart();
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WsmqWorkerOptions>, WorkerOptionsValidation>());
        Services.AddSingleton(p => new QueueHandler(address.Name, new RequestJobHandler(HandlerOf(p))));
        return this;

        RequestHandler<T, TReply> HandlerOf(IServiceProvider services)
        {
            var json = services.GetRequiredService<IOptions<WsmqOptions>>().Value.Publish.Json;
            return new RequestHandler<T, TReply>(
                type, TypedBody.ByReflection<T>(json), TypedBody.ByReflection<TReply>(json),
                services.GetRequiredService<ScopedHandlers>().AnswerAsync<T, TReply, THandler>);
        }
    }

    /// <summary>
    /// Adds a recurring job to a queue, and declares the queue: at each occurrence of a cron expression a job with this message is stored,
    /// once, whatever the number of nodes. Its handler reads <see cref="WsmqJob.Occurrence"/>.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="name">
    /// The name of the recurring job in its queue, 1 to 64 bytes. A job with the same name and another expression, zone or message replaces
    /// the one that nodes with a lower <see cref="WsmqQueueOptions.Version"/> have added.
    /// </param>
    /// <param name="cron">
    /// A cron expression with five fields (minute, hour, day of month, month, day of week), with six, seconds first, or a macro such as
    /// <c>@daily</c>.
    /// </param>
    /// <param name="message">The body of each job. It is serialized once, when the app starts.</param>
    /// <param name="configure">Sets options, such as the time zone.</param>
    /// <typeparam name="T">The declared type of the body.</typeparam>
    /// <exception cref="ArgumentException">
    /// The expression or an option is invalid, the time zone is unknown on this machine, or the queue has a recurring job of this name.
    /// </exception>
    [RequiresUnreferencedCode("Serializes by reflection.")]
    [RequiresDynamicCode("Serializes by reflection.")]
    public WsmqBuilder AddRecurring<T>(string queue, string name, string cron, T message, Action<WsmqRecurringOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(cron);
        AddQueue(queue);
        var options = new WsmqRecurringOptions();
        configure?.Invoke(options);
        RecurringJobRules.Check(queue, name, options, Services);
        Services.AddSingleton(new RecurringJob(
            queue, name, CronSchedule.Parse(cron, options.TimeZone), options, all => TypedBody.Message(
                WsmqAddress.Work(queue), message, TypedBody.ByReflection<T>(all.Publish.Json),
                new WsmqSendOptions { Key = options.Key, Priority = options.Priority, TimeToLive = options.TimeToLive })));
        return this;
    }

    /// <summary>
    /// Calls a hook for messages to users that no device of the user has acknowledged in time, at least once: see
    /// <see cref="WsmqUnacknowledgedOptions"/>. Add it on all nodes. It is registered as scoped unless the app has registered it. There is one
    /// hook: a repeated call replaces it.
    /// </summary>
    /// <typeparam name="THook">The hook.</typeparam>
    public WsmqBuilder OnUnacknowledged<THook>()
        where THook : class, IWsmqUnacknowledgedHook
    {
        Services.TryAddScoped<THook>();
        Services.Configure<WsmqOptions>(o => o.Unacknowledged.HasHook = true);
        Services.Replace(ServiceDescriptor.Singleton(p => new UnacknowledgedHook((unacknowledged, stop) =>
            p.GetRequiredService<ScopedHandlers>().CallAsync<THook>(hook => hook.HandleAsync(unacknowledged, stop)))));
        return this;
    }

    private WsmqBuilder Use<TStore, TLifetimeManager>()
        where TStore : class, IStore
        where TLifetimeManager : HubLifetimeManager<WsmqHub>
    {
        Services.Replace(ServiceDescriptor.Singleton<IStore, TStore>());
        Services.TryAddSingleton<TLifetimeManager>();
        Services.Replace(ServiceDescriptor.Singleton<HubLifetimeManager<WsmqHub>>(
            p => new CountedPushes(p.GetRequiredService<TLifetimeManager>(), p.GetRequiredService<WsmqMetrics>())));
        return this;
    }

    private void AddOptions<T>(Action<T> first, Action<T>? configure)
        where T : class
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton(typeof(IValidateOptions<T>), typeof(StoreOptionsValidation)));
        Services.AddOptions<T>().Configure(first).Configure(configure ?? (_ => { })).ValidateOnStart();
    }
}
