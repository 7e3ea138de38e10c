namespace Wsmq.Tests.Client;

/// <content>Managing work queues, which the client library does not do.</content>
public sealed partial class ScriptedHub
{
    public Task<WsmqQueueInfo[]> ListQueues() => throw new NotSupportedException();

    public Task<WsmqQueueInfo> QueueInfo(string queue) => throw new NotSupportedException();

    public Task<WsmqJobInfo[]> PeekJobs(string queue, WsmqJobQuery query) => throw new NotSupportedException();

    public Task<WsmqJobInfo?> FindJob(string queue, string position) => throw new NotSupportedException();

    public Task<bool> CancelJob(string queue, string position) => throw new NotSupportedException();

    public Task<bool> CancelUnique(string queue, string uniqueId) => throw new NotSupportedException();

    public Task<WsmqQueueStep> PurgeQueue(string queue, string state, string? next) => throw new NotSupportedException();

    public Task<WsmqQueueStep> DeleteQueue(string queue, string? next) => throw new NotSupportedException();

    public Task PauseQueue(string queue) => throw new NotSupportedException();

    public Task ResumeQueue(string queue) => throw new NotSupportedException();

    public Task<WsmqQueueStep> RedriveDeadLetters(string queue, WsmqDeadLetterFilter? filter, string? next) => throw new NotSupportedException();

    public Task<WsmqQueueStep> RemoveDeadLetters(string queue, WsmqDeadLetterFilter? filter, string? next) => throw new NotSupportedException();
}
