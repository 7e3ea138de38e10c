using StackExchange.Redis;

namespace Wsmq.Server.Redis.Backplane;

/// <summary>
/// The connection of the live plane. It is one of its own, because SignalR's manager disposes what it is given, and because no
/// live push may get into the way of a message.
/// </summary>
internal sealed class RedisBackplane(RedisConnections connections, RedisKeys keys) : IAsyncDisposable
{
    private const string Purpose = "live";

    private readonly Lock _lock = new();
    private Task<Opened>? _opening;

    /// <summary>Opens the connection, or returns the one that is open. One that failed is opened again.</summary>
    public async Task<IConnectionMultiplexer> OpenAsync() => (await OpenedAsync()).ForSignalR;

    /// <summary>Opens the connection, and finds out whether the user may hear and publish there.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var opened = await OpenedAsync().WaitAsync(cancellationToken);

        // What SignalR subscribes is not waited for: what the user may not do would go unnoticed. By its full name, so that the
        // error can name it.
        var channel = RedisChannel.Literal(RedisKeys.LiveProbe).WithKeyRouting();
        var subscriber = opened.Driver.GetSubscriber();
        await subscriber.SubscribeAsync(channel, static (_, _) => { }, CommandFlags.DemandMaster);
        await subscriber.UnsubscribeAsync(channel);
        await subscriber.PublishAsync(channel, RedisValue.EmptyString);
    }

    /// <summary>Completes when Redis has confirmed what was subscribed before; fails as the driver does.</summary>
    /// <remarks>On a Cluster, what was subscribed at one of its servers.</remarks>
    public async Task ConfirmedAsync() =>
        await (await OpenedAsync()).Driver.GetSubscriber().PingAsync(CommandFlags.DemandMaster);

    public async ValueTask DisposeAsync()
    {
        if (_opening is null)
            return;
        await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_opening.IsCompletedSuccessfully)
        {
            _opening.Result.Returns.Dispose();
            await _opening.Result.Driver.DisposeAsync();
        }
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
        var driver = await connections.OpenAsync(Purpose, Configure, CancellationToken.None);
        var returns = new ChannelReturns(driver, TimeProvider.System);
        return new Opened(driver, returns, BackplaneSubscriber.Of(driver, returns));
    }

    private void Configure(ConfigurationOptions settings)
    {
        settings.ChannelPrefix = RedisChannel.Literal(keys.Live);

        // One line to each server for both: what was subscribed before something is published is there when it comes, and no
        // server is passed over because its second line is not up yet. Replies are small here.
        settings.SharedSubscriptionConnection = true;

        // Where RESP2 needs two lines after all, both are opened at once for this channel.
        settings.ConfigurationChannel = RedisKeys.LiveConfiguration;
    }

    private sealed record Opened(IConnectionMultiplexer Driver, ChannelReturns Returns, IConnectionMultiplexer ForSignalR);
}
