using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>What is done with many jobs of a queue.</summary>
internal static class QueueSweeps
{
    private static readonly JobState[] Waiting = [JobState.Delayed, JobState.Retrying, JobState.Blocked, JobState.Ready];
    private static readonly JobState[] Everything = [.. Waiting, JobState.Leased, JobState.Dead];

    /// <summary>Removes jobs of a state, or all that wait, up to the last one that is stored when it begins.</summary>
    public static JobSweep Purge(IStore store, WsmqAddress queue, QueueRules rules, WsmqJobState? state) =>
        Remove(store, queue, rules, state is { } one ? [(JobState)one] : Waiting, evenLeased: false);

    /// <summary>Removes jobs and dead letters in every state, up to the last one that is stored when it begins.</summary>
    public static JobSweep Delete(IStore store, WsmqAddress queue, QueueRules rules) => Remove(store, queue, rules, Everything, evenLeased: true);

    public static JobSweep Redrive(IStore store, WsmqAddress queue, WsmqDeadLetterFilter? filter) =>
        OfDead(store, queue, filter, (jobs, stop) => store.Jobs.RedriveAsync(queue, jobs, stop));

    public static JobSweep RemoveDead(IStore store, WsmqAddress queue, QueueRules rules, WsmqDeadLetterFilter? filter) =>
        OfDead(store, queue, filter, (jobs, stop) => store.Jobs.RemoveAsync(queue, jobs, evenLeased: false, rules, stop));

    private static JobSweep Remove(IStore store, WsmqAddress queue, QueueRules rules, JobState[] states, bool evenLeased) => new(store.Jobs, queue, states)
    {
        Begin = async stop => (await store.MessageLog.StatesAsync([queue], stop))[0] is { } state
            ? state.Tail.Value
            : throw new WsmqException(WsmqErrors.StoreCorrupt),
        Chooses = (job, tail) => job.Job.Value <= tail,
        Change = (jobs, stop) => store.Jobs.RemoveAsync(queue, jobs, evenLeased, rules, stop),
    };

    // A job that is redriven may be a dead letter again before the sweep ends: it must not be redriven a second time.
    private static JobSweep OfDead(
        IStore store, WsmqAddress queue, WsmqDeadLetterFilter? filter, Func<IReadOnlyList<WsmqPosition>, CancellationToken, Task<bool[]>> change) =>
        new(store.Jobs, queue, [JobState.Dead])
        {
            Begin = async stop => (await store.Jobs.InfoAsync(queue, stop)).Now,
            Chooses = (job, began) => job.At <= began && (filter is null || Meets(queue, job, filter)),
            Change = change,
            WithContent = filter?.Type is not null,
        };

    private static bool Meets(WsmqAddress queue, StoredJob job, WsmqDeadLetterFilter filter)
    {
        var at = DateTimeOffset.UnixEpoch.AddMicroseconds(job.At);
        return (filter.Reason is null || (int?)filter.Reason == (int?)job.DeadReason)
            && (filter.From is null || at >= filter.From)
            && (filter.Until is null || at < filter.Until)
            && (filter.Type is null || JobViews.MessageOf(queue, job)?.Type == filter.Type);
    }
}
