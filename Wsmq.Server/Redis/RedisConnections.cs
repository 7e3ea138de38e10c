using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>
/// One connection for commands and one for subscriptions: a large reply on a connection that also subscribes is cut off by the
/// server's output limit for subscribers. A third one where receipts wait for replicas, because a wait holds up its connection.
/// </summary>
internal sealed class RedisConnections(IOptions<WsmqRedisOptions> options) : IAsyncDisposable
{
    private const string WaitingForReplicas = "replicas";

    // Subscriptions and pushes go to a promoted replica once the driver has seen it; by itself it would look once a minute.
    private const int RoleCheckSeconds = 5;

    // For the way there and back.
    private static readonly TimeSpan WaitSpare = TimeSpan.FromSeconds(1);

    private IConnectionMultiplexer? _commands;
    private IConnectionMultiplexer? _subscriptions;
    private IConnectionMultiplexer? _replicas;

    /// <summary>A call failed, or a connection broke or is back.</summary>
    public event Action? Doubted;

    public IDatabase Database => Commands.GetDatabase();

    public IConnectionMultiplexer Commands => _commands ?? throw NotStarted();

    public IConnectionMultiplexer Subscriptions => _subscriptions ?? throw NotStarted();

    /// <summary>Only where receipts wait for replicas.</summary>
    public IConnectionMultiplexer Replicas => _replicas ?? throw NotStarted();

    /// <summary>True on a Cluster: a script may then touch one bucket only.</summary>
    public bool IsCluster { get; private set; }

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        _commands = await ConnectAsync("commands", cancellationToken);
        _subscriptions = await ConnectAsync("signals", cancellationToken);
        if (options.Value.ReceiptReplicas > 0)
            _replicas = await ConnectAsync(WaitingForReplicas, cancellationToken);
        IsCluster = _commands.GetServers().Any(s => s.ServerType == ServerType.Cluster);
    }

    /// <summary>Runs a script at the primary; what the driver throws is one of the store's failures.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>, <c>store-full</c> or <c>store-damaged</c>.</exception>
    public Task<RedisResult> EvaluateAsync(
        string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken, CommandFlags flags = CommandFlags.None) =>
        AskAsync((database, primary) => database.ScriptEvaluateAsync(script, keys, values, flags | primary), cancellationToken);

    /// <summary>
    /// Asks the primary. Nothing here may be answered by a replica: it may lag, and whether somebody is a member, or where a log
    /// ends, would then be answered wrongly for as long as the primary is away.
    /// </summary>
    /// <param name="call">The driver's call, with the flags to give it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c>, <c>store-full</c> or <c>store-damaged</c>.</exception>
    public Task<T> AskAsync<T>(Func<IDatabase, CommandFlags, Task<T>> call, CancellationToken cancellationToken) =>
        RedisErrors.GuardAsync(() => call(Database, CommandFlags.DemandMaster), cancellationToken, Doubted);

    /// <summary>
    /// Hears a channel: its messages come one after another, and once. Servers pass on what is published, so a channel that is
    /// subscribed at two of them is heard twice; and the driver subscribes again what is not confirmed yet, whenever one more
    /// server is connected, at whichever server it would choose then. A primary, on a Cluster that of the channel's slot, leaves
    /// it no choice.
    /// </summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task<ChannelMessageQueue> ListenAsync(RedisChannel channel, Action<ReadOnlyMemory<byte>> handler)
    {
        var subscriber = Subscriptions.GetSubscriber();
        channel = channel.WithKeyRouting();
        try
        {
            var queue = await RedisErrors.GuardAsync(
                () => subscriber.SubscribeAsync(channel, CommandFlags.DemandMaster), CancellationToken.None);
            queue.OnMessage(message => handler((ReadOnlyMemory<byte>)message.Message));
            return queue;
        }
        catch (WsmqException)
        {
            // The driver would open it later, with nobody there to hear.
            await subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_replicas is not null)
            await _replicas.DisposeAsync();
        if (_subscriptions is not null)
            await _subscriptions.DisposeAsync();
        if (_commands is not null)
            await _commands.DisposeAsync();
    }

    /// <summary>The app's configuration, for a connection with a purpose of its own.</summary>
    private static ConfigurationOptions Settings(WsmqRedisOptions options, string purpose)
    {
        var settings = ConfigurationOptions.Parse(options.Configuration);
        settings.ClientName = $"wsmq-{purpose}";
        settings.AsyncTimeout = settings.SyncTimeout = (int)options.CommandTimeout.TotalMilliseconds;
        settings.ReconnectRetryPolicy = new ExponentialRetry(100, 2_000);

        // The driver's own key and channel lie outside of the prefix; a user may not be allowed to touch them.
        settings.TieBreaker = settings.ConfigurationChannel = string.Empty;
        settings.ConfigCheckSeconds = Math.Min(settings.ConfigCheckSeconds, RoleCheckSeconds);
        if (purpose == WaitingForReplicas)
        {
            // What could not be sent at once may be sent over another connection: a wait there would count other writes.
            settings.BacklogPolicy = BacklogPolicy.FailFast;
            settings.AsyncTimeout = (int)(options.ReplicaTimeout + WaitSpare).TotalMilliseconds;
        }

        return settings;
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(string purpose, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(purpose, configure: null, cancellationToken);
        connection.ConnectionFailed += OnChanged;
        connection.ConnectionRestored += OnChanged;
        return connection;
    }

    /// <summary>Opens one more connection, which belongs to the caller.</summary>
    /// <param name="purpose">Stands in its name.</param>
    /// <param name="configure">Changes its settings, after the app's own changes.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="InvalidOperationException">Redis cannot be reached.</exception>
    public async Task<IConnectionMultiplexer> OpenAsync(
        string purpose, Action<ConfigurationOptions>? configure, CancellationToken cancellationToken)
    {
        var settings = Settings(options.Value, purpose);
        settings.AbortOnConnectFail = true;

        // The driver counts INFO among the admin commands; nothing else of that kind is used.
        settings.AllowAdmin = true;
        options.Value.ConfigureConnection?.Invoke(settings);
        configure?.Invoke(settings);
        try
        {
            return await ConnectionMultiplexer.ConnectAsync(settings).WaitAsync(cancellationToken);
        }
        catch (RedisConnectionException e)
        {
            // The configuration may hold a password: name the servers only.
            var servers = string.Join(", ", settings.EndPoints.Select(Format));
            throw new InvalidOperationException(
                $"Redis at {servers} cannot be reached ({e.FailureType}): start it, or correct the address or the credentials in WsmqRedisOptions.Configuration.", e);
        }
    }

    private void OnChanged(object? sender, ConnectionFailedEventArgs e) => Doubted?.Invoke();

    public static string Format(System.Net.EndPoint endPoint) =>
        endPoint is System.Net.DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endPoint.ToString()!;

    private static InvalidOperationException NotStarted() => new("The store was not started.");
}
