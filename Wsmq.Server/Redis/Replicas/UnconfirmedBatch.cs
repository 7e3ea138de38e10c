namespace Wsmq.Server.Redis.Replicas;

/// <summary>A batch that the primary has and of which the replicas are still to say so. Settled once, by whoever comes first.</summary>
internal sealed class UnconfirmedBatch(int lane, long number, TimeProvider time, TimeSpan patience)
{
    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _since = time.GetTimestamp();

    public int Lane => lane;

    public long Number => number;

    public Task Confirmed => _confirmed.Task;

    /// <summary>How long the replicas still have; not above zero once it is over.</summary>
    public TimeSpan TimeLeft => patience - time.GetElapsedTime(_since);

    public void Confirm() => _confirmed.TrySetResult();

    public void Fail(Exception? cause = null)
    {
        if (_confirmed.TrySetException(new WsmqException(WsmqErrors.NotReplicated, inner: cause)))
            _ = _confirmed.Task.Exception;
    }
}
