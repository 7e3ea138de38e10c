using System.Net;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Live;

/// <summary>
/// The connection of the live plane. It is separate, because SignalR's manager disposes the connection it receives, and because live
/// pushes must not delay messages.
/// </summary>
internal sealed class RedisBackplane(RedisConnections connections, RedisKeys keys) : ILine, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<Opened>? _opening;

    public string Purpose => "live";

    /// <summary>True from the start of the store until SignalR or the store closes the connection.</summary>
    public bool IsOpen => _opening is { IsCompletedSuccessfully: true, Result.Returns.Ended: false };

    public IConnectionMultiplexer Current =>
        IsOpen ? _opening!.Result.Driver : throw new WsmqException(WsmqErrors.StoreUnavailable, "the live plane is not connected");

    /// <summary>Opens the connection, or returns the open one. Retries after a failed attempt.</summary>
    public async Task<IConnectionMultiplexer> OpenAsync() => (await OpenedAsync()).ForSignalR;

    /// <summary>Opens the connection, and checks that the Redis user may subscribe and publish there.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var opened = await OpenedAsync().WaitAsync(cancellationToken);

        // SignalR's subscriptions are not awaited, so a missing permission would go unnoticed. The full channel name is used, so that
        // the error contains it.
        var channel = opened.Place(RedisChannel.Literal(RedisKeys.LiveProbe));
        var subscriber = opened.Driver.GetSubscriber();
        await subscriber.SubscribeAsync(channel, static (_, _) => { }, CommandFlags.DemandMaster);
        await subscriber.UnsubscribeAsync(channel);
        await subscriber.PublishAsync(channel, RedisValue.EmptyString);
    }

    /// <summary>
    /// Opens a test connection and, if Redis answers on it, closes the sockets of the current connection; the driver opens new ones. The
    /// connection itself stays, because SignalR holds it. Pushes published in the meantime are lost, as with any connection loss.
    /// </summary>
    public async Task ReplaceAsync(Func<IConnectionMultiplexer, Task> prepare, CancellationToken cancellationToken)
    {
        await using (var fresh = await OpenOneAsync(cancellationToken))
            await prepare(fresh.Driver);
        CloseSockets();
        await ConfirmedAsync().WaitAsync(cancellationToken);
    }

    /// <summary>Completes when Redis has confirmed all subscriptions sent before; throws the driver's exceptions.</summary>
    /// <remarks>On a Cluster, only the subscriptions at one of its servers.</remarks>
    public async Task ConfirmedAsync() =>
        await (await OpenedAsync()).Driver.GetSubscriber().PingAsync(CommandFlags.DemandMaster);

    public async ValueTask DisposeAsync()
    {
        if (_opening is null)
            return;
        connections.Moved -= OnMoved;
        await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_opening.IsCompletedSuccessfully)
            await _opening.Result.DisposeAsync();
    }

    private Task<Opened> OpenedAsync()
    {
        lock (_lock)
        {
            if (_opening is null or { IsFaulted: true } or { IsCanceled: true })
                _opening = Task.Run(ConnectAsync);
            return _opening;
        }
    }

    private async Task<Opened> ConnectAsync()
    {
        // SignalR opens the connection as soon as the hub is mapped, and may push before the app has started.
        await connections.FindSentinelsAsync(CancellationToken.None);

        // Subscribe once, even if an earlier attempt failed.
        connections.Moved -= OnMoved;
        connections.Moved += OnMoved;
        return await OpenOneAsync(CancellationToken.None);
    }

    private async Task<Opened> OpenOneAsync(CancellationToken cancellationToken)
    {
        LiveSockets? sockets = null;
        var driver = await connections.OpenAsync(
            Purpose, settings => Configure(settings, sockets = new(settings.Tunnel, () => connections.Sentinels?.Primary)), cancellationToken);
        return new Opened(driver, sockets!);
    }

    // Otherwise pushes would continue to the former primary; a paused server would not even return an error.
    private void OnMoved(EndPoint primary) => CloseSockets();

    private void CloseSockets()
    {
        if (IsOpen)
            _opening!.Result.Sockets.Close();
    }

    private void Configure(ConfigurationOptions settings, LiveSockets sockets)
    {
        connections.Sentinels?.PointToPrimary(settings);
        settings.Tunnel = sockets;
        settings.ChannelPrefix = RedisChannel.Literal(keys.Live);

        // One connection per server for both: a subscription sent before a publish is active when it arrives, and no server is skipped
        // because its second connection is not open yet. Replies are small here, so the output limit for subscribers does not matter.
        settings.SharedSubscriptionConnection = true;

        // RESP2 needs two connections nevertheless; with this channel the driver opens both at once.
        settings.ConfigurationChannel = RedisKeys.LiveConfiguration;
    }

    private sealed class Opened : IAsyncDisposable
    {
        private readonly bool _isCluster;

        public Opened(IConnectionMultiplexer driver, LiveSockets sockets)
        {
            (Driver, Sockets, Returns) = (driver, sockets, new ChannelReturns(driver, TimeProvider.System));
            ForSignalR = BackplaneSubscriber.Of(driver, Returns, Place);
            _isCluster = RedisConnections.IsClusterAt(driver);
        }

        public IConnectionMultiplexer Driver { get; }

        public LiveSockets Sockets { get; }

        public ChannelReturns Returns { get; }

        public IConnectionMultiplexer ForSignalR { get; }

        /// <summary>
        /// Maps a channel to the one used on Redis: on a Cluster a sharded channel. Unsharded channels are delivered by any server there,
        /// and when a connection is lost the driver subscribes them at a second server without unsubscribing from the first: from then on
        /// each push would arrive twice.
        /// </summary>
        public RedisChannel Place(RedisChannel channel) => _isCluster ? RedisChannel.Sharded((byte[])channel!) : channel.WithKeyRouting();

        public ValueTask DisposeAsync()
        {
            Returns.Dispose();
            return Driver.DisposeAsync();
        }
    }
}
