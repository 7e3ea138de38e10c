using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>
/// Delays the receipts of one lane until replicas confirm. While batches wait, each further batch is executed only directly after the one
/// before it, so that a server's last batch number covers all of them: if a failover lost one, the next one fails, and with it all waiting
/// batches.
/// </summary>
/// <param name="lane">The lane.</param>
/// <param name="timeout">How long a batch waits for its replicas.</param>
/// <param name="route">Passes a batch to the waiter for the replicas of its primary.</param>
internal sealed class ReplicatedLane(RedisLane lane, TimeSpan timeout, Action<UnconfirmedBatch> route)
{
    private readonly Lock _lock = new();
    private readonly Queue<UnconfirmedBatch> _waiting = [];
    private long _broken;
    private long _last;

    /// <summary>Completes once enough replicas have all batches that were answered until now.</summary>
    /// <exception cref="WsmqException"><c>not-replicated</c>.</exception>
    public Task Last { get; private set; } = Task.CompletedTask;

    /// <summary>True while answered batches wait for their replicas.</summary>
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

    /// <summary>The primary has executed a batch.</summary>
    public void Appended(long number)
    {
        var batch = new UnconfirmedBatch(lane.Keys.Batch, number, TimeProvider.System, timeout);
        if (TryAdd(batch))
            route(batch);
        else
            batch.Fail();
    }

    /// <summary>
    /// It is unknown whether a batch was executed. Later batches then prove nothing about earlier ones: fails all waiting batches, before
    /// the repeated batch can raise the server's last batch number.
    /// </summary>
    public void Failed(long number)
    {
        lock (_lock)
        {
            _broken = Math.Max(_broken, number);
            while (_waiting.TryDequeue(out var batch))
                batch.Fail();
        }
    }

    // False if a later batch has failed already.
    private bool TryAdd(UnconfirmedBatch batch)
    {
        lock (_lock)
        {
            // Answers that arrive together may be processed out of order: Last must not go back to an earlier batch.
            if (batch.Number > _last)
                (_last, Last) = (batch.Number, batch.Confirmed);
            if (batch.Number <= _broken)
                return false;
            _waiting.Enqueue(batch);
            return true;
        }
    }
}
