namespace Wsmq;

/// <content>Managing work queues.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Inspects and changes the work queues that the app's authorizer allows the user to manage (<c>CanManageQueueAsync</c>). All calls are
    /// made over the connection of this client; while there is none, also before the client is started, they wait for one.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A call without an answer fails after <see cref="WsmqClientOptions.SendTimeout"/>, one in steps if a step has none. Until then the client
    /// repeats, after a lost connection and after a temporary error (<see cref="WsmqError.CanRetry"/>), what has no further effect when it is
    /// done twice: <c>ListAsync</c>, <c>InfoAsync</c>, <c>PeekAsync</c>, <c>FindAsync</c>, <c>PauseAsync</c>, <c>ResumeAsync</c>, and
    /// <c>CancelAsync</c> by position, which after a repeat may return false because the first attempt has removed the job.
    /// </para>
    /// <para>
    /// Other calls are made once, and report an error instead: <c>CancelAsync</c> by unique id, because another job may have the id by then; of
    /// <c>PurgeAsync</c>, <c>DeleteAsync</c>, <c>RedriveAsync</c> and <c>RemoveDeadLettersAsync</c> the first step, because it determines which
    /// jobs belong to the call. Later steps are repeated; the result does not count the jobs of a step whose answer was lost.
    /// </para>
    /// <para>
    /// In addition to the errors of <see cref="IWsmqQueues"/> the calls throw <see cref="WsmqException"/> with <c>manage-not-allowed</c>; with
    /// <c>client-closed</c> if the client was stopped or got no connection in time: nothing was changed, except by earlier steps of the call;
    /// and with <c>outcome-unknown</c> if there is no answer: a change may or may not be made.
    /// </para>
    /// </remarks>
    public IWsmqQueues Queues { get; }
}
