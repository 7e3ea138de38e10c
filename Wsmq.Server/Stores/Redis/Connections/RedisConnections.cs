using System.Net;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// One connection for commands and one for subscriptions: on a connection that also subscribes, a large reply would exceed the
/// server's output buffer limit for pub/sub clients. A third one if receipts wait for replicas, because WAIT blocks its connection.
/// </summary>
internal sealed class RedisConnections : IAsyncDisposable
{
    private readonly IOptions<WsmqRedisOptions> _options;
    private readonly Lock _lock = new();
    private readonly ScriptCalls _scripts = new();
    private Task _looking = Task.CompletedTask;
    private Task? _finding;
    private EndPoint? _followed;
    private bool _started;

    public RedisConnections(IOptions<WsmqRedisOptions> options)
    {
        _options = options;
        CommandLine = new RedisLine("commands", ConnectAsync);
        SignalLine = new RedisLine("signals", ConnectAsync);
        ReplicaLine = new RedisLine(RedisSettings.WaitingForReplicas, ConnectAsync);
        Channels = new RedisChannels(SignalLine);
        foreach (var line in Lines)
            line.Changed += () => Doubted?.Invoke();
        CommandLine.Changed += _scripts.Forget;
    }

    /// <summary>A call failed, or a connection was lost or restored.</summary>
    public event Action? Doubted;

    /// <summary>The sentinels name another primary: all connections were closed, and must be opened again.</summary>
    public event Action<EndPoint>? Moved;

    public RedisLine CommandLine { get; }

    public RedisLine SignalLine { get; }

    /// <summary>Open only if receipts wait for replicas.</summary>
    public RedisLine ReplicaLine { get; }

    /// <summary>All connections that are open while the store runs.</summary>
    public IEnumerable<RedisLine> Lines =>
        _options.Value.ReceiptReplicas > 0 ? [CommandLine, SignalLine, ReplicaLine] : [CommandLine, SignalLine];

    /// <summary>The channels to which this node subscribes.</summary>
    public RedisChannels Channels { get; }

    /// <summary>Null if the configuration names no sentinels.</summary>
    public RedisSentinels? Sentinels { get; private set; }

    public IDatabase Database => Commands.GetDatabase();

    public IConnectionMultiplexer Commands => Started(CommandLine);

    public IConnectionMultiplexer Subscriptions => Started(SignalLine);

    /// <summary>Open only if receipts wait for replicas.</summary>
    public IConnectionMultiplexer Replicas => Started(ReplicaLine);

    /// <summary>True on a Cluster: a script may then access keys of one bucket only.</summary>
    public bool IsCluster { get; private set; }

    /// <summary>Whether an open connection leads to a Cluster.</summary>
    public static bool IsClusterAt(IConnectionMultiplexer connection) => connection.GetServers().Any(s => s.ServerType == ServerType.Cluster);

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await FindSentinelsAsync(cancellationToken);
        foreach (var line in Lines)
            await line.ReplaceAsync(_ => Task.CompletedTask, cancellationToken);
        IsCluster = IsClusterAt(CommandLine.Current);
        var database = CommandLine.Current.GetDatabase().Database;
        if (IsCluster && database > 0)
        {
            throw new InvalidOperationException(
                $"A Redis Cluster has database 0 only, and defaultDatabase is {database}: remove it from WsmqRedisOptions.Configuration.");
        }

        _started = true;
    }

    /// <summary>Queries the sentinels for the first time, if the configuration names any. After a success it returns at once.</summary>
    public Task FindSentinelsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_finding is null or { IsFaulted: true } or { IsCanceled: true })
                _finding = Task.Run(AskFirstAsync, CancellationToken.None);
            return _finding.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Queries the sentinels. If they name another primary, closes all connections before anything else is sent to the old one. Returns
    /// true if the primary is unchanged, false if it changed, null if no sentinel answers.
    /// </summary>
    public async Task<bool?> FollowAsync(CancellationToken cancellationToken)
    {
        if (await Sentinels!.AskAsync(cancellationToken) is not { } named)
            return null;
        lock (_lock)
        {
            if (named.Equals(_followed))
                return true;
            _followed = named;
            foreach (var line in Lines)
                line.Close();
        }

        Moved?.Invoke(named);
        return false;
    }

    /// <summary>Makes the driver detect again which servers are primaries; returns at once.</summary>
    public void LookAgain()
    {
        lock (_lock)
        {
            if (_looking.IsCompleted)
                _looking = Task.WhenAll(Lines.Select(LookAsync));
        }
    }

    /// <summary>Runs a script on the primary; translates the driver's exceptions into the store's failures.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>, <c>store-full</c> or <c>store-corrupt</c>.</exception>
    public Task<RedisResult> EvaluateAsync(
        string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken, CommandFlags flags = CommandFlags.None) =>
        AskAsync((database, primary) => _scripts.RunAsync(database, script, keys, values, flags | primary), cancellationToken);

    /// <summary>
    /// Calls the primary. No call may be answered by a replica: it may lag, and memberships and tails would then be wrong for as long as
    /// the primary is unavailable.
    /// </summary>
    /// <param name="call">The driver's call; receives the flags to pass on.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c>, <c>store-full</c> or <c>store-corrupt</c>.</exception>
    public Task<T> AskAsync<T>(Func<IDatabase, CommandFlags, Task<T>> call, CancellationToken cancellationToken) =>
        RedisErrors.GuardAsync(() => call(Database, CommandFlags.DemandMaster), cancellationToken, Doubted);

    public async ValueTask DisposeAsync()
    {
        await _looking;
        foreach (var line in Lines)
            await line.DisposeAsync();
        if (Sentinels is not null)
            await Sentinels.DisposeAsync();
    }

    private static async Task LookAsync(RedisLine line)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await line.Current.ConfigureAsync();
        }
        catch (Exception e) when (e is RedisException or WsmqException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            // No server answers; the next failed call triggers another attempt.
        }
    }

    private IConnectionMultiplexer Started(RedisLine line) => _started ? line.Current : throw NotStarted();

    private async Task AskFirstAsync()
    {
        var settings = RedisSettings.Of(_options.Value, "sentinels");
        if (string.IsNullOrEmpty(settings.ServiceName))
            return;
        RedisSentinels sentinels;
        try
        {
            sentinels = await RedisSentinels.ConnectAsync(settings, _options.Value.ProbeTimeout, CancellationToken.None);
        }
        catch (RedisConnectionException e)
        {
            throw IsOfTls(e) ? Unreachable(settings, e) : NoSentinel(settings, e);
        }

        _followed = await sentinels.AskAsync(CancellationToken.None);
        if (_followed is null)
        {
            // The next attempt opens its own connection.
            await sentinels.DisposeAsync();
            throw new InvalidOperationException(
                $"The sentinels at {Servers(settings)} name no primary for serviceName={settings.ServiceName}: correct the name or the "
                + "addresses in WsmqRedisOptions.Configuration.");
        }

        Sentinels = sentinels;
    }

    private Task<IConnectionMultiplexer> ConnectAsync(string purpose, CancellationToken cancellationToken) =>
        OpenAsync(purpose, Sentinels is null ? null : Sentinels.PointToPrimary, cancellationToken);

    /// <summary>Opens one more connection, which the caller disposes.</summary>
    /// <param name="purpose">Part of its client name.</param>
    /// <param name="configure">Changes its settings, after the app's own changes.</param>
    /// <param name="cancellationToken">Cancels the wait; the connection is then disposed.</param>
    /// <exception cref="InvalidOperationException">Redis cannot be reached.</exception>
    public async Task<IConnectionMultiplexer> OpenAsync(
        string purpose, Action<ConfigurationOptions>? configure, CancellationToken cancellationToken)
    {
        var settings = RedisSettings.Of(_options.Value, purpose);
        configure?.Invoke(settings);
        var answers = new ConnectAnswers();
        var connecting = ConnectionMultiplexer.ConnectAsync(settings, answers);
        try
        {
            return await connecting.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = EndAsync(connecting);
            throw;
        }
        catch (RedisConnectionException e)
        {
            throw answers.NotYet is { } answer ? new RedisNotYetException(settings, answer, e) : Unreachable(settings, e);
        }
    }

    // The caller no longer waits for it; undisposed, it would keep reconnecting indefinitely.
    private static async Task EndAsync(Task<ConnectionMultiplexer> connecting)
    {
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connecting.IsCompletedSuccessfully)
            await connecting.Result.DisposeAsync();
    }

    // The configuration may hold a password: name the servers only.
    private static InvalidOperationException Unreachable(ConfigurationOptions settings, RedisConnectionException e) => new(
        IsOfTls(e)
            ? $"Redis at {Servers(settings)} cannot be reached: its TLS certificate is not trusted here, or names another host. "
                + "Trust the issuer in WsmqRedisOptions.ConfigureConnection."
            : e.FailureType == ConnectionFailureType.AuthenticationFailure
            ? $"Redis at {Servers(settings)} refuses the credentials: correct or add user= and password= in WsmqRedisOptions.Configuration."
            : $"Redis at {Servers(settings)} cannot be reached ({e.FailureType}): start it, or correct the address or the credentials in "
                + "WsmqRedisOptions.Configuration.",
        e);

    private static InvalidOperationException NoSentinel(ConfigurationOptions settings, RedisConnectionException e) => new(
        e.FailureType == ConnectionFailureType.AuthenticationFailure
            ? $"The sentinels at {Servers(settings)} refuse the credentials: correct or add sentinelUser= and sentinelPassword= in "
                + "WsmqRedisOptions.Configuration."
            : $"No sentinel at {Servers(settings)} can be reached ({e.FailureType}): start them, or correct the addresses in "
                + "WsmqRedisOptions.Configuration.",
        e);

    // The driver reports a refused certificate and refused credentials with the same failure type.
    private static bool IsOfTls(Exception? e) => e is not null && (e is AuthenticationException || IsOfTls(e.InnerException));

    /// <summary>The addresses of the servers, without secrets.</summary>
    public static string Servers(ConfigurationOptions settings) => string.Join(", ", settings.EndPoints.Select(Format));

    public static string Format(EndPoint endPoint) =>
        endPoint is DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endPoint.ToString()!;

    private static InvalidOperationException NotStarted() => new("The store was not started.");
}
