using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>A batch stored on the primary, not yet confirmed by replicas. Settled once: the first call of Confirm or Fail counts.</summary>
internal sealed class UnconfirmedBatch(RedisLane lane, long number, TimeProvider time, TimeSpan patience)
{
    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _since = time.GetTimestamp();

    public RedisLane Lane => lane;

    public long Number => number;

    public Task Confirmed => _confirmed.Task;

    /// <summary>The time left for the replicas to confirm; zero or negative once it is over.</summary>
    public TimeSpan TimeLeft => patience - time.GetElapsedTime(_since);

    public void Confirm() => _confirmed.TrySetResult();

    public void Fail(Exception? cause = null)
    {
        if (_confirmed.TrySetException(new WsmqException(WsmqErrors.NotReplicated, innerException: cause)))
            _ = _confirmed.Task.Exception;
    }
}
