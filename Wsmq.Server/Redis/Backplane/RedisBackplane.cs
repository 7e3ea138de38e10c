using System.Net;
using StackExchange.Redis;
using Wsmq.Server.Redis.Lines;

namespace Wsmq.Server.Redis.Backplane;

/// <summary>
/// The connection of the live plane. It is one of its own, because SignalR's manager disposes what it is given, and because no
/// live push may get into the way of a message.
/// </summary>
internal sealed class RedisBackplane(RedisConnections connections, RedisKeys keys) : ILine, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<Opened>? _opening;

    public string Purpose => "live";

    /// <summary>From the start of the store until SignalR, or the store, ends it.</summary>
    public bool IsOpen => _opening is { IsCompletedSuccessfully: true, Result.Returns.Ended: false };

    public IConnectionMultiplexer Current =>
        IsOpen ? _opening!.Result.Driver : throw new WsmqException(WsmqErrors.StoreUnavailable, "the live plane is not connected");

    /// <summary>Opens the connection, or returns the one that is open. One that failed is opened again.</summary>
    public async Task<IConnectionMultiplexer> OpenAsync() => (await OpenedAsync()).ForSignalR;

    /// <summary>Opens the connection, and finds out whether the user may hear and publish there.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var opened = await OpenedAsync().WaitAsync(cancellationToken);

        // What SignalR subscribes is not waited for: what the user may not do would go unnoticed. By its full name, so that the
        // error can name it.
        var channel = opened.Place(RedisChannel.Literal(RedisKeys.LiveProbe));
        var subscriber = opened.Driver.GetSubscriber();
        await subscriber.SubscribeAsync(channel, static (_, _) => { }, CommandFlags.DemandMaster);
        await subscriber.UnsubscribeAsync(channel);
        await subscriber.PublishAsync(channel, RedisValue.EmptyString);
    }

    /// <summary>
    /// Where Redis answers on a connection that is made to try it, closes the sockets of this one: SignalR holds it, and the driver
    /// opens others. What is published meanwhile is missed, as whenever it breaks.
    /// </summary>
    public async Task ReplaceAsync(Func<IConnectionMultiplexer, Task> prepare, CancellationToken cancellationToken)
    {
        await using (var fresh = await OpenOneAsync(cancellationToken))
            await prepare(fresh.Driver);
        CloseSockets();
        await ConfirmedAsync().WaitAsync(cancellationToken);
    }

    /// <summary>Completes when Redis has confirmed what was subscribed before; fails as the driver does.</summary>
    /// <remarks>On a Cluster, what was subscribed at one of its servers.</remarks>
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
        // SignalR asks as soon as the hub is mapped, and pushes before the app has started.
        await connections.FindSentinelsAsync(CancellationToken.None);

        // Once, also where an attempt before this one failed.
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

    // Otherwise pushes would go on to the server that is not the primary any more, and a paused one would say nothing.
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

        // One line to each server for both: what was subscribed before something is published is there when it comes, and no
        // server is passed over because its second line is not up yet. Replies are small here.
        settings.SharedSubscriptionConnection = true;

        // Where RESP2 needs two lines after all, both are opened at once for this channel.
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
        /// On a Cluster its shard's alone. Other channels are heard at any server there, and where a line breaks the driver subscribes
        /// them at a second one without leaving the first: from then on each push would come twice.
        /// </summary>
        public RedisChannel Place(RedisChannel channel) => _isCluster ? RedisChannel.Sharded((byte[])channel!) : channel.WithKeyRouting();

        public ValueTask DisposeAsync()
        {
            Returns.Dispose();
            return Driver.DisposeAsync();
        }
    }
}
