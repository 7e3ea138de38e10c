using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>
/// Passes answered batches to the waiters for the replicas of their primaries, one waiter for each primary; see
/// <see cref="ReplicatedLane"/>.
/// </summary>
internal sealed class RedisReplicas(RedisConnections connections, WsmqRedisOptions options, ILogger logger) : IAsyncDisposable
{
    // The last round may begin when the timeout is nearly over, on a server that answers slowly.
    private static readonly TimeSpan MarkGrace = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<ReplicaWaiter> _waiters = [];
    private Task _looking = Task.CompletedTask;

    /// <summary>The mark of a single call, which may wait until replicas confirm it.</summary>
    public ReplicaMark MarkOf(RedisKey key) => ReplicaMark.Single(key, options.ReplicaTimeout + MarkGrace);

    /// <summary>The receipts of a lane; one object for each lane.</summary>
    public ReplicatedLane Of(RedisLane lane) => new(lane, options.ReplicaTimeout, Route);

    /// <summary>Completes once enough replicas have a batch that the primary has executed.</summary>
    /// <param name="mark">What it has left; not <see cref="ReplicaMark.None"/>.</param>
    /// <exception cref="WsmqException"><c>not-replicated</c>.</exception>
    public Task ConfirmAsync(ReplicaMark mark)
    {
        var batch = new UnconfirmedBatch(mark.Keys[0], mark.Number, TimeProvider.System, options.ReplicaTimeout) { Kept = mark.Kept };
        Route(batch);
        return batch.Confirmed;
    }

    public async ValueTask DisposeAsync()
    {
        ReplicaWaiter[] all;
        lock (_lock)
            all = [.. _waiters];
        foreach (var waiter in all)
            await waiter.WhenIdle();
        await _looking;
    }

    private void Retry(UnconfirmedBatch batch)
    {
        lock (_lock)
        {
            if (_looking.IsCompleted)
                _looking = LookAsync();
        }

        Route(batch);
    }

    /// <summary>Makes the driver detect the current primary; in the background, because dead servers answer only with a timeout.</summary>
    private async Task LookAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await connections.Replicas.ConfigureAsync();
        }
        catch (Exception e) when (e is RedisException or WsmqException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            // The next batch that is retried triggers another attempt.
        }
    }

    /// <summary>Passes a batch to the waiter for the replicas of its primary.</summary>
    private void Route(UnconfirmedBatch batch)
    {
        var primary = PrimaryOf(batch.Mark);
        ReplicaWaiter? waiter;
        lock (_lock)
        {
            waiter = _waiters.Find(w => Equals(w.EndPoint, primary?.EndPoint));
            if (waiter is null)
                _waiters.Add(waiter = new ReplicaWaiter(primary?.EndPoint, options, Retry, logger));
        }

        waiter.Add(batch, primary);
    }

    /// <summary>The primary that has a key; null while none is known.</summary>
    private IServer? PrimaryOf(RedisKey key)
    {
        try
        {
            // Selects the server as the appends do: after a failover the driver considers the promoted server a replica until it checks
            // again, and uses it because there is no other. A real replica refuses the script's write.
            return connections.Replicas.GetServer(key);
        }
        catch (Exception e) when (e is RedisException or WsmqException or TimeoutException or ArgumentException or InvalidOperationException)
        {
            // For example, not connected at the moment. Retried until the batch is too old.
            return null;
        }
    }
}
