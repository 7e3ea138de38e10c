using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Wsmq.Server.Redis.Replicas;

/// <summary>
/// What the receipts of each lane wait for. While batches of a lane wait, each further one is carried out only directly behind the
/// one before it, so that the last number a server knows stands for all of them: had a failover lost one, the next would fail, and
/// with it all that wait.
/// </summary>
internal sealed class RedisReplicas(RedisConnections connections, RedisLanes lanes, WsmqRedisOptions options, ILogger logger) : IAsyncDisposable
{
    private readonly Lane[] _lanes = [.. Enumerable.Range(0, options.Buckets).Select(_ => new Lane())];
    private readonly Lock _lock = new();
    private readonly List<ReplicaWaiter> _waiters = [];
    private Task _looking = Task.CompletedTask;

    /// <summary>True while answered batches of the lane wait for their replicas.</summary>
    public bool IsWaiting(int lane) => _lanes[lane].IsWaiting;

    /// <summary>The primary has carried out a batch.</summary>
    public void Appended(int lane, long number)
    {
        var batch = new UnconfirmedBatch(lane, number, TimeProvider.System, options.ReplicaTimeout);
        if (_lanes[lane].Add(batch))
            Route(batch);
    }

    /// <summary>
    /// Nobody knows whether a batch was carried out. What is appended from now on says nothing about what came before: all that
    /// waits has failed, before the repeated batch can make the server's last number higher.
    /// </summary>
    public void Failed(int lane, long number) => _lanes[lane].Break(number);

    /// <summary>Completes once enough replicas have all of the lane that was answered until now.</summary>
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

    /// <summary>Lets the driver find out which server is the primary by now: beside the waiting, as dead servers take their time.</summary>
    private async Task LookAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await connections.Replicas.ConfigureAsync();
        }
        catch (Exception e) when (e is RedisException or WsmqException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            // Whoever still waits asks again.
        }
    }

    /// <summary>Hands a batch to whoever waits for the replicas of its primary.</summary>
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

    /// <summary>Null while none is known.</summary>
    private IServer? PrimaryOf(int lane)
    {
        try
        {
            // As the appends choose: after a failover the driver takes the promoted server for a replica until it looks again, and
            // uses it because there is no other. One that is a replica refuses the script's write.
            return connections.Replicas.GetServer(lanes.Keys(lane).Batch);
        }
        catch (Exception e) when (e is RedisException or WsmqException or TimeoutException or ArgumentException or InvalidOperationException)
        {
            // Not connected at the moment, among others. Tried again until the batch is too old.
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

        /// <summary>False where a later batch has failed already.</summary>
        public bool Add(UnconfirmedBatch batch)
        {
            lock (_lock)
            {
                // Answers that come together may be heard in another order: whoever waits for the later one must not get the earlier.
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
