using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq;
using Wsmq.Server.Acks;
using Wsmq.Server.Api;
using Wsmq.Server.Api.Shapes;
using Wsmq.Server.Authorization;
using Wsmq.Server.Availability;
using Wsmq.Server.Connections;
using Wsmq.Server.DeadLetters;
using Wsmq.Server.Declarations;
using Wsmq.Server.Devices;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Draining;
using Wsmq.Server.Endpoints;
using Wsmq.Server.Expiry;
using Wsmq.Server.Feeds;
using Wsmq.Server.Framing;
using Wsmq.Server.Hosting;
using Wsmq.Server.Hubs;
using Wsmq.Server.Keys;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Limits;
using Wsmq.Server.Logs;
using Wsmq.Server.Memberships;
using Wsmq.Server.Nodes;
using Wsmq.Server.Presence;
using Wsmq.Server.Publishing;
using Wsmq.Server.Pumps;
using Wsmq.Server.Queues;
using Wsmq.Server.Requests;
using Wsmq.Server.Revocation;
using Wsmq.Server.Schedules;
using Wsmq.Server.Sessions;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Sqlite;
using Wsmq.Server.Tracking;
using Wsmq.Server.Unacknowledged;
using Wsmq.Server.Workers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers wsmq in an app's services.</summary>
public static class WsmqServiceCollectionExtensions
{
    /// <summary>
    /// Adds wsmq: the hub, and the services that an app injects: <see cref="IWsmqPublisher"/>, <see cref="IWsmqGroups"/>,
    /// <see cref="IWsmqDeadLetters"/>, <see cref="IWsmqDeadLetterRuns"/>, <see cref="IWsmqLogs"/>, <see cref="IWsmqQueues"/>,
    /// <see cref="IWsmqDevices"/>, <see cref="IWsmqAccess"/>, <see cref="IWsmqNodes"/>, <see cref="IWsmqPresence"/> and
    /// <see cref="IWsmqRequests"/>. Messages are stored in an embedded SQLite file
    /// unless the returned builder selects Redis. Map the hub with <c>app.MapWsmq("/wsmq")</c>.
    /// </summary>
    /// <remarks>
    /// SignalR needs no call of its own, nor a backplane. The health checks <c>wsmq-store</c> and <c>wsmq-drain</c>, with the tag
    /// <c>ready</c>, and metrics in the meter <c>Wsmq</c> are added as well. The app adds its authentication. Register your own
    /// <see cref="IWsmqAuthorizer"/>, before or after this call, to replace the default. A repeated call only applies its options.
    /// </remarks>
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
        services.TryAddSingleton<IWsmqDeadLetterRuns>(p => p.GetRequiredService<WsmqDeadLetterRuns>());
        services.TryAddSingleton<IWsmqLogs>(p => p.GetRequiredService<WsmqLogs>());
        services.TryAddSingleton<IWsmqQueues>(p => p.GetRequiredService<WsmqQueues>());
        services.TryAddSingleton<IWsmqAccess, WsmqAccess>();
        services.TryAddSingleton<IWsmqDevices, WsmqDevices>();
        services.TryAddSingleton<IWsmqNodes, WsmqNodes>();
        services.TryAddSingleton<IWsmqPresence, WsmqPresence>();
        services.TryAddSingleton<IWsmqRequests, WsmqRequests>();
        services.TryAddSingleton<IWsmqTracking, WsmqTracking>();
        services.AddSingleton<WsmqApiKeys>();
        services.TryAddSingleton<IWsmqApiKeys>(p => p.GetRequiredService<WsmqApiKeys>());
        services.AddMetrics();
        services.AddAuthorization();
        services.AddSingleton<StoreHealthCheck>();
        services.AddHealthChecks()
            .AddCheck<StoreHealthCheck>(StoreHealthCheck.Name, tags: [StoreHealthCheck.ReadyTag])
            .AddCheck<DrainHealthCheck>(DrainHealthCheck.Name, tags: [StoreHealthCheck.ReadyTag]);
        AddLoggers(services);
        AddHub(services);
        AddParts(services);
        AddApi(services);
        return builder.UseSqlite();
    }

    /// <summary>Adds rate-limited loggers for all classes that log, because clients could otherwise flood the app's log.</summary>
    private static void AddLoggers(IServiceCollection services) => services
        .AddSingleton<LogGate>()
        .AddGatedLogger<AccessCheck>()
        .AddGatedLogger<AccessWatch>()
        .AddGatedLogger<AckQueue>()
        .AddGatedLogger<Admission>()
        .AddGatedLogger<ApiAudit>()
        .AddGatedLogger<ConnectionRegistry>()
        .AddGatedLogger<DeliveryServices>()
        .AddGatedLogger<DueSends>()
        .AddGatedLogger<HubEndpoint>()
        .AddGatedLogger<LimitClasses>()
        .AddGatedLogger<AccessEnforcer>()
        .AddGatedLogger<NodeDrain>()
        .AddGatedLogger<OriginPolicy>()
        .AddGatedLogger<PublishQueue>()
        .AddGatedLogger<RedisStore>()
        .AddGatedLogger<RefusedRequests>()
        .AddGatedLogger<QueueUpkeep>()
        .AddGatedLogger<SessionSweep>()
        .AddGatedLogger<Subscriptions>()
        .AddGatedLogger<DeadLetterNotices>()
        .AddGatedLogger<SqliteStore>()
        .AddGatedLogger<StoreMonitor>()
        .AddGatedLogger<TailCheck>()
        .AddGatedLogger<UnknownFields>()
        .AddGatedLogger<AppWorkers>()
        .AddGatedLogger<QueueTelemetry>()
        .AddGatedLogger<ClientWork>()
        .AddGatedLogger<WsmqQueues>()
        .AddGatedLogger<DeclaredQueues>()
        .AddGatedLogger<DeadLetterRunner>()
        .AddGatedLogger<NodeQuestions>()
        .AddGatedLogger<NodeRates>()
        .AddGatedLogger<PresenceSource>()
        .AddGatedLogger<PresenceWatches>()
        .AddGatedLogger<PresenceParts>()
        .AddGatedLogger<PresenceSwitch>()
        .AddGatedLogger<LastSeenWriter>()
        .AddGatedLogger<DeliveryMarks>()
        .AddGatedLogger<StatusEvents>()
        .AddGatedLogger<RequestAnswers>()
        .AddGatedLogger<AppResponders>()
        .AddGatedLogger<LocalResponders>()
        .AddGatedLogger<RequestNode>()
        .AddGatedLogger<ResponderEntries>()
        .AddGatedLogger<QueueRequests>()
        .AddGatedLogger<UnacknowledgedTellers>()
        .AddGatedLogger<UsageReporter>();

    private static void AddHub(IServiceCollection services)
    {
        services.AddSignalR();
        services.AddSingleton<HubProtocol>();
        services.AddTransient<IOptionsFactory<HubOptions<WsmqHub>>, HubOptionsFactory>();
        services.AddSingleton<IValidateOptions<HubOptions<WsmqHub>>, HubOptionsValidation>();
        services.AddOptions<HubOptions<WsmqHub>>().ValidateOnStart();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<OpenStreams>();
        services.AddSingleton<RefusalLog>();
        services.AddSingleton<HubConnectionHandler<WsmqHub>, HubHandler>();
        services.AddSingleton<HubParts>();
        services.AddSingleton<RequestUser>();
        services.AddSingleton<OpenConnections>();
        services.AddSingleton<PendingConnections>();
        services.AddSingleton<HubEndpoint>();

        // The hub's constructor takes internal types, which stay internal with a factory. SignalR's activator queries the container first.
        services.AddTransient(p => new WsmqHub(
            p.GetRequiredService<SessionManager>(), p.GetRequiredService<ClientSends>(), p.GetRequiredService<ReadCalls>(),
            p.GetRequiredService<WorkParts>()));
    }

    private static void AddApi(IServiceCollection services)
    {
        services.AddCors();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, ApiCors>());
        services.AddSingleton<AuditLog>();
        services.AddSingleton<ApiAudit>();
        services.AddSingleton<ApiGate>();
        services.AddSingleton<MessageEndpoint>();
        services.AddSingleton<RequestEndpoint>();
        services.AddSingleton<RepeatedMessages>();
        services.AddSingleton<LogAccess>();
        services.AddSingleton<LogReader>();
        services.AddSingleton<LogEndpoint>();
        services.AddSingleton<StateEndpoint>();
        services.AddSingleton<HistoryEndpoint>();
        services.AddSingleton<TrackingEndpoints>();
        services.AddSingleton<QueueEndpoints>();
        services.AddSingleton<OperatorRights>();
        services.AddSingleton<GroupEndpoints>();
        services.AddSingleton<UserEndpoints>();
        services.AddSingleton<NodeEndpoints>();
        services.AddSingleton<PresenceEndpoint>();
        services.AddSingleton<KeyEndpoints>();
        services.AddSingleton<StreamClock>();
        services.AddSingleton<StreamServices>();
        services.AddSingleton<StreamScope>();
        services.AddSingleton<StreamEndpoint>();
        services.AddSingleton<TailEndpoint>();
        services.AddSingleton<AddressEndpoints>();
        services.AddSingleton<DeadLetterEndpoints>();
        services.AddSingleton<RightsEndpoint>();

        // An OpenAPI document of the app has these types as well. The last in the chain: it changes nothing for the app's own types.
        services.PostConfigure<JsonOptions>(o => o.SerializerOptions.TypeInfoResolverChain.Add(ShapesContext.Default));
    }

    private static void AddParts(IServiceCollection services)
    {
        services.AddSingleton<WsmqMetrics>();
        services.AddSingleton<LimitClasses>();
        services.AddSingleton<UsageReclaim>();
        services.AddSingleton<UsageReporter>();
        services.AddSingleton<UsageKeeper>();
        services.AddSingleton<ConnectionLimits>();
        services.AddSingleton<MessageRules>();
        services.AddSingleton<StartGate>();
        services.AddSingleton<PublishQueue>();
        services.AddSingleton<ScopedAuthorizer>();
        services.AddSingleton<AccessCheck>();
        services.AddSingleton<AccessEnforcer>();
        services.AddSingleton<AccessWatch>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, OriginPolicy>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, QueryToken>());
        services.AddSingleton<RefusedRequests>();
        services.AddSingleton<IStartupFilter>(p => p.GetRequiredService<RefusedRequests>());
        services.AddSingleton<FeedRegistry>();
        services.AddSingleton<TailCheck>();
        services.AddSingleton<AckQueue>();
        services.AddSingleton<Linger>();
        services.AddSingleton<DeliveryMarks>();
        services.AddSingleton<StatusListeners>();
        services.AddSingleton<StatusEvents>();
        services.AddSingleton<DeliveryParts>();
        services.AddSingleton<DeliveryServices>();
        services.AddSingleton<SessionSweep>();
        services.AddSingleton<ScopedHandlers>();
        services.AddSingleton<QueueTelemetryFactory>();
        services.AddSingleton<DispatcherParts>();
        services.AddSingleton<QueueDispatchers>();
        services.AddSingleton<QueueDeclarations>();
        services.AddSingleton(p => new DeclaredQueueServices(
            p.GetRequiredService<IStore>(), p.GetRequiredService<QueueDeclarations>(), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<IOptions<WsmqOptions>>().Value.Delivery.TailCheckInterval, p.GetRequiredService<ILogger<DeclaredQueues>>()));
        services.AddSingleton<DeclaredQueues>();
        services.AddSingleton<QueueUpkeep>();
        services.AddSingleton<AppWorkers>();
        services.AddSingleton<Admission>();
        services.AddSingleton<Subscriptions>();
        services.AddSingleton<SessionManager>();
        services.AddSingleton<UnknownFields>();
        services.AddSingleton<ExpiredEntries>();
        services.AddSingleton<DueSends>();
        services.AddSingleton<TellServices>();
        services.AddSingleton<UnacknowledgedTellers>();
        services.AddSingleton<ClientSends>();
        services.AddSingleton<ClientAcks>();
        services.AddSingleton<ClientNacks>();
        services.AddSingleton<ClientHistory>();
        services.AddSingleton<ClientTracking>();
        services.AddSingleton<ClientReading>();
        services.AddSingleton<ReadCalls>();
        services.AddSingleton<ClientWork>();
        services.AddSingleton<ClientQueues>();
        services.AddSingleton<WorkParts>();
        AddRequests(services);
        services.AddSingleton<WsmqQueues>();
        services.AddSingleton<WsmqLogs>();
        services.AddSingleton<RunNews>();
        services.AddSingleton<WsmqDeadLetterRuns>();
        services.AddSingleton<DeadLetterRunner>();
        services.AddSingleton<DeadLetterNotices>();
        services.AddSingleton<StoreNews>();
        services.AddSingleton<StoreMonitor>();
        services.AddSingleton<DrainState>();
        services.AddSingleton<NodeDrain>();
        services.AddSingleton<NodeRates>();
        services.AddSingleton<NodeConnections>();
        services.AddSingleton<NodeReport>();
        services.AddSingleton<UserReport>();
        services.AddSingleton<PresenceSwitch>();
        services.AddSingleton<PresenceClock>();
        services.AddSingleton<PresenceTable>();
        services.AddSingleton<PresenceSource>();
        services.AddSingleton<PresenceWatches>();
        services.AddSingleton<PresenceParts>();
        services.AddSingleton<LastSeenWriter>();
        services.AddSingleton<PresenceNode>();
        services.AddSingleton<ClientPresence>();
        services.AddSingleton<NodePresence>();
        services.AddSingleton<NodeQuestions>();
        AddNodeParts(services);
        services.AddSingleton<IPostConfigureOptions<HostOptions>, ShutdownTime>();
        services.AddSingleton<IHostedService, WsmqLifetime>();
    }

    private static void AddRequests(IServiceCollection services)
    {
        services.AddSingleton<JobAnswers>();
        services.AddSingleton<OpenRequests>();
        services.AddSingleton<LocalResponders>();
        services.AddSingleton<ResponderEntries>();
        services.AddSingleton<RequestAnswers>();
        services.AddSingleton<AppResponders>();
        services.AddSingleton<RequestNodeServices>();
        services.AddSingleton<RequestNode>();
        services.AddSingleton<RequestRouter>();
        services.AddSingleton<RequestRules>();
        services.AddSingleton<QueueRequestServices>();
        services.AddSingleton<QueueRequests>();
        services.AddSingleton<RequestService>();
        services.AddSingleton<Responders>();
        services.AddSingleton<ClientRequests>();
        services.AddSingleton<WorkerSearch>(p => p.GetRequiredService<NodeQuestions>().HasWorkersAsync);
    }

    // In the order of their start. Stopping in reverse, sends and acks in progress are stored before the access rules stop being read.
    private static void AddNodeParts(IServiceCollection services)
    {
        services.AddSingleton<INodePart>(p => p.GetRequiredService<AccessWatch>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<DeliveryMarks>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<AckQueue>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<UsageReporter>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<PublishQueue>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<DueSends>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<TailCheck>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<NodeRates>());

        // Before the node joins: from then on it gets messages of other nodes.
        services.AddSingleton<INodePart>(p => p.GetRequiredService<RequestNode>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<StatusEvents>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<NodePresence>());

        // Before the store monitor, whose checks renew the registration: what is watched is told for as long as the node is registered.
        services.AddSingleton<INodePart>(p => p.GetRequiredService<PresenceNode>());

        // Stops before the node leaves: its checks renew the registration.
        services.AddSingleton<INodePart>(p => p.GetRequiredService<StoreMonitor>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<SessionSweep>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<DeclaredQueues>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<DeadLetterRunner>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<QueueDispatchers>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<QueueUpkeep>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<AppWorkers>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<AppResponders>());
        services.AddSingleton<INodePart>(p => p.GetRequiredService<UnacknowledgedTellers>());
    }
}
