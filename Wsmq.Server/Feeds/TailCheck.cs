using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Feeds;

/// <summary>
/// Compares all feeds with the store periodically, and after subscriptions were down: this bounds the time for which a lost signal can go
/// unnoticed.
/// </summary>
internal sealed class TailCheck(
    IStore store, FeedRegistry feeds, IOptions<WsmqOptions> options, TimeProvider time, ILogger<TailCheck> logger) : INodePart
{
    private readonly BackgroundLoop _loop = new(time);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        store.Signals.Restored += _loop.Wake;
        _loop.Start(feeds.ResyncAsync, () => options.Value.Delivery.TailCheckInterval, (e, delay) => Log.TailCheckFailed(logger, e, delay));
        return Task.CompletedTask;
    }

    public Task StopAsync()
    {
        store.Signals.Restored -= _loop.Wake;
        return _loop.StopAsync();
    }
}
