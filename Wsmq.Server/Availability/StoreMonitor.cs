using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Availability;

/// <summary>
/// Tracks whether the store is available. A failed call of the node only triggers a check; the result of a lightweight probe decides,
/// because one failed call is not an outage, and an earlier success proves nothing about now.
/// </summary>
internal sealed class StoreMonitor(
    IStore store, StoreNews news, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<StoreMonitor> logger) : INodePart
{
    private static readonly TimeSpan LongestWhileThere = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileAway = TimeSpan.FromMilliseconds(500);

    // The minimum pause between two checks, because every failed call requests one.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);

    // Each check renews the registration of the node, which must not expire between two checks.
    private const int ChecksInARegistration = 4;

    private readonly BackgroundLoop _loop = new(time);
    private volatile bool _available = true;

    /// <summary>Whether the store was available at the last check.</summary>
    public bool IsAvailable => _available;

    private TimeSpan WhileThere
    {
        get
        {
            var interval = options.Value.Nodes.Expiry / ChecksInARegistration;
            return interval < LongestWhileThere ? interval : LongestWhileThere;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        store.Doubted += _loop.Wake;
        _loop.Start(CheckAsync, () => _available ? WhileThere : WhileAway, (e, delay) => Log.StepFailed(logger, e, delay));
        return Task.CompletedTask;
    }

    public Task StopAsync()
    {
        store.Doubted -= _loop.Wake;
        return _loop.StopAsync();
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var available = await AnswersAsync(cancellationToken);

        // A probe that the stop cancelled says nothing about the store.
        cancellationToken.ThrowIfCancellationRequested();
        Set(available);
        await Task.Delay(Least, time, cancellationToken);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.Delivery.StoreUnavailableAfter, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await store.IsAvailableAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A probe that fails just as the timeout fires may throw an exception that the store otherwise turns into a result.
            Log.StoreUnavailable(logger, e);
            return false;
        }
    }

    private void Set(bool available)
    {
        if (available == _available)
            return;
        _available = available;
        metrics.StoreChanged(available);
        var announced = news.Announce(available);
        if (available)
            Log.StoreBack(logger, announced);
        else
            Log.StoreAway(logger, announced);
    }
}
