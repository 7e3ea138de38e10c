using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Wsmq;
using Wsmq.Server.Access;
using Wsmq.Server.Availability;
using Wsmq.Server.Configuration;
using Wsmq.Server.DeadLetters;
using Wsmq.Server.Delivering;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Draining;
using Wsmq.Server.Endpoints;
using Wsmq.Server.Groups;
using Wsmq.Server.Hubs;
using Wsmq.Server.Limits;
using Wsmq.Server.Logs;
using Wsmq.Server.Publishing;
using Wsmq.Server.Redis;
using Wsmq.Server.Sessions;
using Wsmq.Server.Sqlite;
using Wsmq.Server.Usage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers wsmq in an app's services.</summary>
public static class WsmqServiceCollectionExtensions
{
    /// <summary>
    /// Adds the hub, the publisher and the groups. They use the embedded SQLite store unless another store is selected on the returned
    /// builder. A repeated call only applies its options. Register your own <see cref="IWsmqAuthorizer"/> to replace the default.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets options; they are validated when the app starts.</param>
    public static WsmqBuilder AddWsmq(this IServiceCollection services, Action<WsmqOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = new WsmqBuilder(services);
        if (configure is not null)
            services.Configure(configure);
        if (services.Any(s => s.ServiceType == typeof(WsmqHub)))
            return builder;

        services.AddOptions<WsmqOptions>().PostConfigure<IServiceProvider>((o, p) =>
        {
            if (p.GetService<IHostEnvironment>()?.IsDevelopment() == true)
                o.Drain.DefaultTimeout = TimeSpan.Zero;
        }).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WsmqOptions>, WsmqOptionsValidation>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IWsmqAuthorizer, DefaultAuthorizer>();
        services.TryAddSingleton<IWsmqPublisher, WsmqPublisher>();
        services.TryAddSingleton<IWsmqGroups, WsmqGroups>();
        services.TryAddSingleton<IWsmqDeadLetters, WsmqDeadLetters>();
        services.TryAddSingleton<IWsmqAccess, WsmqAccess>();
        services.AddMetrics();
        services.AddAuthorization();
        services.AddSingleton<StoreHealthCheck>();
        services.AddHealthChecks()
            .AddCheck<StoreHealthCheck>(StoreHealthCheck.Name, tags: [StoreHealthCheck.ReadyTag])
            .AddCheck<DrainHealthCheck>(DrainHealthCheck.Name, tags: [StoreHealthCheck.ReadyTag]);
        AddLoggers(services);
        AddHub(services);
        AddParts(services);
        return builder.UseSqlite();
    }

    /// <summary>Adds rate-limited loggers for all classes that log, because clients could otherwise flood the app's log.</summary>
    private static void AddLoggers(IServiceCollection services) => services
        .AddSingleton<LogGate>()
        .AddGatedLogger<AccessCheck>()
        .AddGatedLogger<AccessWatch>()
        .AddGatedLogger<AckQueue>()
        .AddGatedLogger<DeliveryServices>()
        .AddGatedLogger<HubEndpoint>()
        .AddGatedLogger<LimitClasses>()
        .AddGatedLogger<LiveConnections>()
        .AddGatedLogger<NodeDrain>()
        .AddGatedLogger<OriginPolicy>()
        .AddGatedLogger<PublishQueue>()
        .AddGatedLogger<RedisStore>()
        .AddGatedLogger<RefusedRequests>()
        .AddGatedLogger<SessionServices>()
        .AddGatedLogger<SkippedMessages>()
        .AddGatedLogger<SqliteStore>()
        .AddGatedLogger<StoreMonitor>()
        .AddGatedLogger<TailCheck>()
        .AddGatedLogger<UnknownFields>()
        .AddGatedLogger<UsageTeller>();

    private static void AddHub(IServiceCollection services)
    {
        services.AddSignalR();
        services.AddSingleton<HubProtocol>();
        services.AddTransient<IOptionsFactory<HubOptions<WsmqHub>>, HubOptionsFactory>();
        services.AddSingleton<IValidateOptions<HubOptions<WsmqHub>>, HubOptionsValidation>();
        services.AddOptions<HubOptions<WsmqHub>>().ValidateOnStart();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<RefusalLog>();
        services.AddSingleton<HubConnectionHandler<WsmqHub>, HubHandler>();
        services.AddSingleton<HubParts>();
        services.AddSingleton<RequestUser>();
        services.AddSingleton<OpenConnections>();
        services.AddSingleton<PendingConnections>();
        services.AddSingleton<HubEndpoint>();

        // The hub's constructor takes internal types, which stay internal with a factory. SignalR's activator queries the container first.
        services.AddTransient(p => new WsmqHub(
            p.GetRequiredService<SessionManager>(), p.GetRequiredService<ClientSends>(), p.GetRequiredService<ClientReads>(),
            p.GetRequiredService<ClientFailures>()));
    }

    private static void AddParts(IServiceCollection services)
    {
        services.AddSingleton<WsmqMetrics>();
        services.AddSingleton<LimitClasses>();
        services.AddSingleton<UsageReclaim>();
        services.AddSingleton<UsageTeller>();
        services.AddSingleton<UsageKeeper>();
        services.AddSingleton<ConnectionLimits>();
        services.AddSingleton<MessageRules>();
        services.AddSingleton<StartGate>();
        services.AddSingleton<PublishQueue>();
        services.AddSingleton<ScopedAuthorizer>();
        services.AddSingleton<AccessCheck>();
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<AccessWatch>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, OriginPolicy>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, QueryToken>());
        services.AddSingleton<RefusedRequests>();
        services.AddSingleton<IStartupFilter>(p => p.GetRequiredService<RefusedRequests>());
        services.AddSingleton<FeedRegistry>();
        services.AddSingleton<TailCheck>();
        services.AddSingleton<AckQueue>();
        services.AddSingleton<Linger>();
        services.AddSingleton<DeliveryServices>();
        services.AddSingleton<SessionSweep>();
        services.AddSingleton<SessionServices>();
        services.AddSingleton<SessionManager>();
        services.AddSingleton<UnknownFields>();
        services.AddSingleton<ClientSends>();
        services.AddSingleton<ClientReads>();
        services.AddSingleton<ClientFailures>();
        services.AddSingleton<SkippedMessages>();
        services.AddSingleton<StoreNews>();
        services.AddSingleton<StoreMonitor>();
        services.AddSingleton<DrainState>();
        services.AddSingleton<NodeDrain>();
        services.AddSingleton<IPostConfigureOptions<HostOptions>, ShutdownTime>();
        services.AddSingleton<IHostedService, WsmqLifetime>();
    }
}
