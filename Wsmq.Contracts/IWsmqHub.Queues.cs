namespace Wsmq;

/// <content>
/// Managing work queues, for users whom the app's authorizer allows it. Queues are named by their addresses, as <c>work:emails</c>. Others
/// are refused with <c>manage-not-allowed</c>, and a queue that is not declared with <c>unknown-queue</c>.
/// </content>
public partial interface IWsmqHub
{
    /// <summary>The state of each declared queue that the caller may manage, by name.</summary>
    Task<WsmqQueueInfo[]> ListQueues();

    /// <summary>The state of a queue.</summary>
    /// <param name="queue">The address of the queue.</param>
    Task<WsmqQueueInfo> QueueInfo(string queue);

    /// <summary>A part of the jobs of a state, in the order of their time; ready jobs by priority, blocked ones by key.</summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="query">Which jobs.</param>
    Task<WsmqJobInfo[]> PeekJobs(string queue, WsmqJobQuery query);

    /// <summary>One job with its message; null where it is not stored.</summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job.</param>
    Task<WsmqJobInfo?> FindJob(string queue, string position);

    /// <summary>
    /// What is known of a job: its state and progress while it is stored, and how it has ended, for a time after that. Never fails for a
    /// position of which nothing is known.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job.</param>
    Task<WsmqJobStatus> JobStatus(string queue, string position);

    /// <summary>
    /// Removes a job or a dead letter, also a job that a worker holds: its lease is lost, and the worker is told at once, with
    /// <see cref="IWsmqReceiver.JobCancelled"/>. Returns false where it is not stored.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="position">The position of the job.</param>
    Task<bool> CancelJob(string queue, string position);

    /// <summary>As <see cref="CancelJob"/>, for the job that has a unique id; returns false where none has it.</summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="uniqueId">The <see cref="WsmqOutgoingMessage.UniqueId"/>.</param>
    Task<bool> CancelUnique(string queue, string uniqueId);

    /// <summary>Removes jobs that wait, in steps; those that were sent after the first step stay.</summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="state"><c>waiting</c> for all jobs that wait, or one state: any but <c>leased</c>.</param>
    /// <param name="next">Null for the first step, then <see cref="WsmqQueueStep.Next"/> of the previous one.</param>
    Task<WsmqQueueStep> PurgeQueue(string queue, string state, string? next);

    /// <summary>
    /// Removes all jobs and dead letters, in steps, also those that workers hold; those that were sent after the first step stay. The queue
    /// remains declared, and paused if it was.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="next">Null for the first step, then <see cref="WsmqQueueStep.Next"/> of the previous one.</param>
    Task<WsmqQueueStep> DeleteQueue(string queue, string? next);

    /// <summary>Pauses a queue: once this has returned, no worker gets a job, on any node. Sends are still accepted.</summary>
    /// <param name="queue">The address of the queue.</param>
    Task PauseQueue(string queue);

    /// <summary>Ends a pause.</summary>
    /// <param name="queue">The address of the queue.</param>
    Task ResumeQueue(string queue);

    /// <summary>
    /// Makes jobs of dead letters again, in steps, with all attempts and the full time to live. One whose unique id is taken again stays.
    /// </summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="filter">Which dead letters; null for all.</param>
    /// <param name="next">Null for the first step, then <see cref="WsmqQueueStep.Next"/> of the previous one.</param>
    Task<WsmqQueueStep> RedriveDeadLetters(string queue, WsmqDeadLetterFilter? filter, string? next);

    /// <summary>Removes dead letters, in steps.</summary>
    /// <param name="queue">The address of the queue.</param>
    /// <param name="filter">Which dead letters; null for all.</param>
    /// <param name="next">Null for the first step, then <see cref="WsmqQueueStep.Next"/> of the previous one.</param>
    Task<WsmqQueueStep> RemoveDeadLetters(string queue, WsmqDeadLetterFilter? filter, string? next);
}
