namespace Wsmq.Tests.Client;

/// <content>Managing work queues.</content>
public sealed partial class ScriptedHub
{
    public Task<WsmqQueueInfo[]> ListQueues() => CallAsync<WsmqQueueInfo[]>(nameof(ListQueues));

    public Task<WsmqQueueInfo> QueueInfo(string queue) => CallAsync<WsmqQueueInfo>(nameof(QueueInfo), queue);

    public Task<WsmqJobInfo[]> PeekJobs(string queue, WsmqJobQuery query) => CallAsync<WsmqJobInfo[]>(nameof(PeekJobs), queue, query);

    public Task<WsmqJobInfo?> FindJob(string queue, string position) => CallAsync<WsmqJobInfo?>(nameof(FindJob), queue, position);

    public Task<WsmqJobStatus> JobStatus(string queue, string position) => CallAsync<WsmqJobStatus>(nameof(JobStatus), queue, position);

    public Task<bool> CancelJob(string queue, string position) => CallAsync<bool>(nameof(CancelJob), queue, position);

    public Task<bool> CancelUnique(string queue, string uniqueId) => CallAsync<bool>(nameof(CancelUnique), queue, uniqueId);

    public Task<WsmqQueueStep> PurgeQueue(string queue, string state, string? next) =>
        CallAsync<WsmqQueueStep>(nameof(PurgeQueue), queue, state, next);

    public Task<WsmqQueueStep> DeleteQueue(string queue, string? next) => CallAsync<WsmqQueueStep>(nameof(DeleteQueue), queue, next);

    public Task PauseQueue(string queue) => CallAsync<object>(nameof(PauseQueue), queue);

    public Task ResumeQueue(string queue) => CallAsync<object>(nameof(ResumeQueue), queue);

    public Task<WsmqQueueStep> RedriveDeadLetters(string queue, WsmqDeadLetterFilter? filter, string? next) =>
        CallAsync<WsmqQueueStep>(nameof(RedriveDeadLetters), queue, filter, next);

    public Task<WsmqQueueStep> RemoveDeadLetters(string queue, WsmqDeadLetterFilter? filter, string? next) =>
        CallAsync<WsmqQueueStep>(nameof(RemoveDeadLetters), queue, filter, next);

    private async Task<T> CallAsync<T>(string method, params object?[] arguments)
    {
        script.QueueCalls.Enqueue((method, arguments));
        return (T)(await script.OnQueueCall(method, Context))!;
    }
}
