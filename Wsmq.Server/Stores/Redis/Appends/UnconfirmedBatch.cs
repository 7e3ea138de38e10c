using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>A batch stored on the primary, not yet confirmed by replicas. Settled once: the first call of Confirm or Fail counts.</summary>
/// <param name="mark">The key that has the number of the last batch of its kind. A batch is sent only after the one before it was answered.</param>
/// <param name="number">The number of this batch.</param>
/// <param name="time">The clock.</param>
/// <param name="patience">How long it waits for its replicas.</param>
internal sealed class UnconfirmedBatch(RedisKey mark, long number, TimeProvider time, TimeSpan patience)
{
    /// <summary>How long the mark is stored further, once the primary is found to have it.</summary>
    public TimeSpan Kept { get; init; } = AppendFence.Kept;

    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _since = time.GetTimestamp();

    public RedisKey Mark => mark;

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
