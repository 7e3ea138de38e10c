namespace Wsmq;

/// <summary>
/// Inspects and changes work queues: in the app as a service of its node, over a connection as <c>WsmqClient.Queues</c>. Queues are named as
/// in <c>AddQueue</c>. Many jobs are changed in small steps, so that other calls of the store do not wait; a call that was cancelled, or has
/// failed, has done a part of its work, and can be repeated.
/// </summary>
/// <remarks>
/// All methods may throw <see cref="WsmqException"/> with <c>unknown-queue</c> for a queue that is not declared, <c>invalid-name</c> or
/// <c>name-too-long</c> for what cannot be the name of one, <c>store-unavailable</c>, and <c>stopping</c> on a node that stops. A client gets
/// <c>manage-not-allowed</c> as well, and errors of its connection: see <c>WsmqClient.Queues</c>.
/// </remarks>
public interface IWsmqQueues
{
    /// <summary>Returns the state of all declared queues, by name; to a client of those that its user may manage.</summary>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<IReadOnlyList<WsmqQueueInfo>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns the state of a queue.</summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<WsmqQueueInfo> InfoAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists jobs of a state, in the order of their time: ready ones by priority, those that have lost a lease last; blocked ones by key.
    /// Jobs may change their state at any time: further pages can leave jobs out, or return them again.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="state">The state.</param>
    /// <param name="skip">How many jobs to leave out.</param>
    /// <param name="max">The most jobs to return; 1 to 1,000.</param>
    /// <param name="withMessages">Whether to return the messages as well.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="skip"/> is negative, or <paramref name="max"/> is not 1 to 1,000.</exception>
    Task<IReadOnlyList<WsmqJobInfo>> PeekAsync(
        string queue, WsmqJobState state, int skip = 0, int max = 100, bool withMessages = false, CancellationToken cancellationToken = default);

    /// <summary>Returns one job, or dead letter, with its message; null if it is not stored.</summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="job">The position of the job, from the receipt of its send.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<WsmqJobInfo?> FindAsync(string queue, WsmqPosition job, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns what is known of a job: its state, attempts and progress while it is stored, and how and when it has ended, for
    /// the queue's <c>OutcomeRetention</c> at least. A sender can ask for its job by the position in the receipt, before and after
    /// the end; once nothing is known any more, <see cref="WsmqJobStatus.IsKnown"/> is false.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="job">The position of the job, from the receipt of its send.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<WsmqJobStatus> StatusAsync(string queue, WsmqPosition job, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes a job or a dead letter. If a worker holds the job, its lease is lost: the token of its handler is cancelled at once, on any
    /// node and over any connection, its result is refused, and the job is not tried again. A worker that cannot be reached learns it when it
    /// extends the lease or settles the job.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="job">The position of the job, from the receipt of its send.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>False if it is not stored.</returns>
    Task<bool> CancelAsync(string queue, WsmqPosition job, CancellationToken cancellationToken = default);

    /// <summary>Removes the job that has a unique id, as <see cref="CancelAsync(string, WsmqPosition, CancellationToken)"/> does.</summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="uniqueId">The <see cref="WsmqOutgoingMessage.UniqueId"/> of the job.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>False if no job has it. Dead letters have no unique id.</returns>
    Task<bool> CancelAsync(string queue, string uniqueId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes jobs that wait. Those that workers hold stay, and so do those that are sent after the call has begun, and dead letters
    /// unless their state is named.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="state">The state of the jobs; null for all that wait: delayed, retrying, blocked and ready.</param>
    /// <param name="cancellationToken">Ends the purge between two steps.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="state"/> is <see cref="WsmqJobState.Leased"/>.</exception>
    Task<long> PurgeAsync(string queue, WsmqJobState? state = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes all jobs and dead letters that were sent before the call has begun, also those that workers hold: their leases are lost. The
    /// queue remains declared, and paused if it was.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="cancellationToken">Ends the call between two steps.</param>
    /// <returns>How many were removed.</returns>
    Task<long> DeleteAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Pauses a queue, for all nodes and until <see cref="ResumeAsync"/>: once this has returned, no worker gets a job. Workers hand back
    /// what they have not begun; what they have begun they may finish. Sends are still accepted.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task PauseAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Ends a pause.</summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task ResumeAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes jobs of dead letters again, with their positions, keys and priorities, all attempts and the full time to live. Those that become
    /// dead letters after the call has begun stay, and so does one whose unique id another job has taken.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="filter">Which dead letters; null for all.</param>
    /// <param name="cancellationToken">Ends the call between two steps.</param>
    /// <returns>How many are jobs again.</returns>
    Task<long> RedriveAsync(string queue, WsmqDeadLetterFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>Removes dead letters. Those that become dead letters after the call has begun stay.</summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="filter">Which dead letters; null for all.</param>
    /// <param name="cancellationToken">Ends the call between two steps.</param>
    /// <returns>How many were removed.</returns>
    Task<long> RemoveDeadLettersAsync(string queue, WsmqDeadLetterFilter? filter = null, CancellationToken cancellationToken = default);
}
