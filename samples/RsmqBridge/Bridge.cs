using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace RsmqBridge;

/// <summary>
/// Looks at all queues at an interval, listens to RSMQ's signals, and publishes what there is. When the app stops it takes nothing more, and
/// settles what it has taken.
/// </summary>
internal sealed class Bridge(
    Routes routes, BatchPublisher publisher, IOptions<BridgeOptions> options, IConfiguration configuration, ILogger<Bridge> logger) : BackgroundService
{
    private readonly ReadyQueues _ready = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Also connects later, if Redis is not there yet: until then every call fails and is repeated.
        var settings = ConfigurationOptions.Parse(options.Value.Redis ?? configuration["Wsmq:Redis"]!);
        settings.AbortOnConnectFail = false;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(settings);
        var rsmq = new RsmqStore(redis, options.Value);
        foreach (var (queue, route) in options.Value.Queues)
            logger.Bridging(queue, route.To);
        await Task.WhenAll(Enumerable.Range(0, options.Value.Concurrency).Select(_ => WorkAsync(rsmq, stoppingToken)).Append(PollAsync(rsmq, stoppingToken)));
    }

    private async Task PollAsync(RsmqStore rsmq, CancellationToken stopping)
    {
        var isSubscribed = false;
        while (!stopping.IsCancellationRequested)
        {
            await TryAsync("listening and looking for queues", async () =>
            {
                if (!isSubscribed)
                    await rsmq.SubscribeAsync(SignalIfRouted);
                isSubscribed = true;
                foreach (var queue in routes.HasPatterns ? await rsmq.NamesAsync() : [])
                    SignalIfRouted(queue);
            });
            foreach (var queue in routes.Named)
                _ready.Signal(queue);
            await Task.Delay(options.Value.PollInterval, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WorkAsync(RsmqStore rsmq, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            string queue;
            try
            {
                queue = await _ready.TakeAsync(stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            // After a failure the queue waits for the next look at it.
            var hasMore = false;
            await TryAsync(queue, async () => hasMore = await publisher.PublishAsync(rsmq, queue, stopping));
            _ready.Return(queue, hasMore);
        }
    }

    private void SignalIfRouted(string queue)
    {
        if (routes.TryFind(queue, out _, out _))
            _ready.Signal(queue);
    }

    // A message whose delete has failed becomes visible again, is published again, and is a duplicate there.
    private async Task TryAsync(string what, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            logger.RedisFailed(what, e.Message);
        }
    }
}
