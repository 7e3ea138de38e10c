using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Wsmq.Server.Redis.Replicas;

/// <summary>
/// Delays the receipts of each lane until replicas confirm. While batches of a lane wait, each further batch is executed only directly
/// after the one before it, so that a server's last batch number covers all of them: if a failover lost one, the next one fails, and with
/// it all waiting batches.
/// </summary>
internal sealed class RedisReplicas(RedisConnections connections, RedisLanes lanes, WsmqRedisOptions options, ILogger logger) : IAsyncDisposable
{
    private readonly Lane[] _lanes = [.. Enumerable.Range(0, options.Buckets).Select(_ => new Lane())];
    private readonly Lock _lock = new();
    private readonly List<ReplicaWaiter> _waiters = [];
    private Task _looking = Task.CompletedTask;

    /// <summary>True while answered batches of the lane wait for their replicas.</summary>
    public bool IsWaiting(int lane) => _lanes[lane].IsWaiting;

    /// <summary>The primary has executed a batch.</summary>
    public void Appended(int lane, long number)
    {
        var batch = new UnconfirmedBatch(lane, number, TimeProvider.System, options.ReplicaTimeout);
        if (_lanes[lane].Add(batch))
            Route(batch);
    }

    /// <summary>
    /// It is unknown whether a batch was executed. Later batches then prove nothing about earlier ones: fails all waiting batches of the
    /// lane, before the repeated batch can raise the server's last batch number.
    /// </summary>
    public void Failed(int lane, long number) => _lanes[lane].Break(number);

    /// <summary>Completes once enough replicas have all batches of the lane that were answered until now.</summary>
    /// <exception cref="WsmqException"><c>not-replicated</c>.</exception>
    public Task ConfirmedAsync(int lane) => _lanes[lane].Last;

    public async ValueTask DisposeAsync()
    {
        ReplicaWaiter[] all;
        lock (_lock)
            all = [.. _waiters];
        foreach (var waiter in all)
            await waiter.EndAsync();
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

    /// <summary>Makes the driver detect the current primary; in the background, because dead servers answer only with a time-out.</summary>
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
        var primary = PrimaryOf(batch.Lane);
        ReplicaWaiter? waiter;
        lock (_lock)
        {
            waiter = _waiters.Find(w => Equals(w.EndPoint, primary?.EndPoint));
            if (waiter is null)
                _waiters.Add(waiter = new ReplicaWaiter(primary?.EndPoint, lanes, options, Retry, logger));
        }

        waiter.Add(batch, primary);
    }

    /// <summary>The primary of a lane; null while none is known.</summary>
    private IServer? PrimaryOf(int lane)
    {
        try
        {
            // Selects the server as the appends do: after a failover the driver considers the promoted server a replica until it checks
            // again, and uses it because there is no other. A real replica refuses the script's write.
            return connections.Replicas.GetServer(lanes.Keys(lane).Batch);
        }
        catch (Exception e) when (e is RedisException or WsmqException or TimeoutException or ArgumentException or InvalidOperationException)
        {
            // For example, not connected at the moment. Retried until the batch is too old.
            return null;
        }
    }

    /// <summary>The batches of one lane, in order.</summary>
    private sealed class Lane
    {
        private readonly Lock _lock = new();
        private readonly Queue<UnconfirmedBatch> _waiting = [];
        private long _broken;
        private long _last;

        public Task Last { get; private set; } = Task.CompletedTask;

        public bool IsWaiting
        {
            get
            {
                lock (_lock)
                {
                    while (_waiting.TryPeek(out var first) && first.Confirmed.IsCompleted)
                        _waiting.Dequeue();
                    return _waiting.Count > 0;
                }
            }
        }

        /// <summary>False, and the batch has failed, if a later batch has failed already.</summary>
        public bool Add(UnconfirmedBatch batch)
        {
            lock (_lock)
            {
                // Answers that arrive together may be processed out of order: Last must not go back to an earlier batch.
                if (batch.Number > _last)
                    (_last, Last) = (batch.Number, batch.Confirmed);
                if (batch.Number > _broken)
                {
                    _waiting.Enqueue(batch);
                    return true;
                }
            }

            batch.Fail();
            return false;
        }

        public void Break(long number)
        {
            lock (_lock)
            {
                _broken = Math.Max(_broken, number);
                while (_waiting.TryDequeue(out var batch))
                    batch.Fail();
            }
        }
    }
}
