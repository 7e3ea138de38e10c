namespace Wsmq;

/// <content>Managing work queues.</content>
public sealed partial class WsmqHub
{
    /// <inheritdoc cref="IWsmqHub.ListQueues"/>
    public Task<WsmqQueueInfo[]> ListQueues() => _queues.ListAsync(Begin().Call);

    /// <inheritdoc cref="IWsmqHub.QueueInfo"/>
    public Task<WsmqQueueInfo> QueueInfo(WsmqTextArgument queue) => _queues.InfoAsync(Begin().Call, queue.Value);

    /// <inheritdoc cref="IWsmqHub.PeekJobs"/>
    public Task<WsmqJobInfo[]> PeekJobs(WsmqTextArgument queue, WsmqObjectArgument<WsmqJobQuery> query) =>
        _queues.PeekAsync(Begin().Call, queue.Value, query);

    /// <inheritdoc cref="IWsmqHub.FindJob"/>
    public Task<WsmqJobInfo?> FindJob(WsmqTextArgument queue, WsmqTextArgument position) =>
        _queues.FindAsync(Begin().Call, queue.Value, position.Value);

    /// <inheritdoc cref="IWsmqHub.JobStatus"/>
    public Task<WsmqJobStatus> JobStatus(WsmqTextArgument queue, WsmqTextArgument position) =>
        _queues.StatusAsync(Begin().Call, queue.Value, position.Value);

    /// <inheritdoc cref="IWsmqHub.CancelJob"/>
    public Task<bool> CancelJob(WsmqTextArgument queue, WsmqTextArgument position) =>
        _queues.CancelAsync(Begin().Call, queue.Value, position.Value);

    /// <inheritdoc cref="IWsmqHub.CancelUnique"/>
    public Task<bool> CancelUnique(WsmqTextArgument queue, WsmqTextArgument uniqueId) =>
        _queues.CancelUniqueAsync(Begin().Call, queue.Value, uniqueId.Value);

    /// <inheritdoc cref="IWsmqHub.PurgeQueue"/>
    public Task<WsmqQueueStep> PurgeQueue(WsmqTextArgument queue, WsmqTextArgument state, WsmqTextArgument next) =>
        _queues.PurgeAsync(Begin().Call, queue.Value, state.Value, next.Value);

    /// <inheritdoc cref="IWsmqHub.DeleteQueue"/>
    public Task<WsmqQueueStep> DeleteQueue(WsmqTextArgument queue, WsmqTextArgument next) =>
        _queues.DeleteAsync(Begin().Call, queue.Value, next.Value);

    /// <inheritdoc cref="IWsmqHub.PauseQueue"/>
    public Task PauseQueue(WsmqTextArgument queue) => _queues.PauseAsync(Begin().Call, queue.Value, paused: true);

    /// <inheritdoc cref="IWsmqHub.ResumeQueue"/>
    public Task ResumeQueue(WsmqTextArgument queue) => _queues.PauseAsync(Begin().Call, queue.Value, paused: false);

    /// <inheritdoc cref="IWsmqHub.RedriveDeadLetters"/>
    public Task<WsmqQueueStep> RedriveDeadLetters(
        WsmqTextArgument queue, WsmqObjectArgument<WsmqDeadLetterFilter> filter, WsmqTextArgument next) =>
        _queues.RedriveAsync(Begin().Call, queue.Value, filter, next.Value);

    /// <inheritdoc cref="IWsmqHub.RemoveDeadLetters"/>
    public Task<WsmqQueueStep> RemoveDeadLetters(
        WsmqTextArgument queue, WsmqObjectArgument<WsmqDeadLetterFilter> filter, WsmqTextArgument next) =>
        _queues.RemoveDeadLettersAsync(Begin().Call, queue.Value, filter, next.Value);
}
