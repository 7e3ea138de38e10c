namespace Wsmq.Server.Stores;

/// <summary>
/// The jobs of work queues: each message to a <c>work:</c> address is one job, which one consumer works on under a lease. Jobs are stored
/// by an append (<see cref="IMessageLog.Appenders"/>); everything else is here.
/// </summary>
/// <remarks>
/// <para>
/// <b>States.</b> A job is <see cref="JobState.Delayed"/> until its time, then <see cref="JobState.Ready"/>, or
/// <see cref="JobState.Blocked"/> while another job has its key. <see cref="TakeAsync"/> makes it <see cref="JobState.Leased"/>. Each
/// attempt ends in one of three ways: the job is completed and gone, or becomes <see cref="JobState.Retrying"/>, or a dead letter.
/// </para>
/// <para>
/// <b>Order.</b> Jobs are taken by priority, then by the time at which they became visible, then in the order in which they were stored. Of
/// one key at most one job is ready, leased or retrying; the next one follows in that order, without regard to priority, once it has
/// ended. A job that is still delayed does not have its key.
/// </para>
/// <para>
/// <b>Leases.</b> Each grant has a token of its own. A call with another token than that of the current grant changes nothing. A lease
/// that has run out stays valid until <see cref="ReclaimAsync"/> takes it back, so that an interruption of the store does not end it:
/// callers reclaim only after the holders had time to extend. A job whose lease was taken back is a suspect until it ends: it may have
/// ended its worker, so that a consumer is given at most one suspect at a time, and other jobs beside it do not share its fate again.
/// </para>
/// <para>
/// <b>Time.</b> All times are judged by the store's clock, in µs since 1970. No job is given out before its time. A lease never runs for
/// longer than its duration, also after the clock stepped back.
/// </para>
/// <para>
/// <b>Rate.</b> A queue with <see cref="QueueRules.MaxPerSecond"/> grants no more leases than that in the mean, over all nodes. What it
/// allows collects for a tenth of a second, or for one lease if that takes longer. A job that is handed back has used its share.
/// </para>
/// <para>
/// <b>Outcomes.</b> How a job ended is known by its position for <see cref="QueueRules.OutcomeRetention"/> at least, unless more than
/// <see cref="QueueRules.MaxOutcomes"/> jobs end within it.
/// </para>
/// <para>
/// <b>Failure.</b> As for <see cref="IMessageLog"/>. Work in large queues is done in steps: each call handles a bounded number of jobs, and
/// returns whether more are left.
/// </para>
/// </remarks>
internal interface IJobStore
{
    /// <summary>The most jobs that one call handles.</summary>
    const int MostInAStep = 200;

    /// <summary>The most bytes of a progress.</summary>
    const int MaxProgressBytes = WsmqJob.MaxProgressBytes;

    /// <summary>
    /// Who takes jobs in calls that store some. A store asks them where that spares a call over a network; it never has to: jobs that are not
    /// taken so are signalled.
    /// </summary>
    JobTakers Takers { get; }

    /// <summary>Leases workable jobs to consumers, at most as many as they have credit for.</summary>
    Task<TakenJobs> TakeAsync(WsmqAddress queue, TakeRequest request, QueueRules rules, CancellationToken cancellationToken);

    /// <summary>
    /// Ends attempts, or hands jobs back that have not begun; the result has one item for each, in the same order.
    /// </summary>
    Task<SettleResult[]> SettleAsync(WsmqAddress queue, IReadOnlyList<Settlement> batch, QueueRules rules, CancellationToken cancellationToken);

    /// <summary>Extends leases to their full duration from now; false for a lease that is lost.</summary>
    Task<bool[]> ExtendAsync(WsmqAddress queue, IReadOnlyList<JobLease> leases, QueueRules rules, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the progress of a job in place of the last one, and extends the lease like <see cref="ExtendAsync"/>; false, changing nothing,
    /// if the lease is lost. The progress is kept over retries.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="progress">Usually JSON; 1 to <see cref="MaxProgressBytes"/> bytes.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<bool> ProgressAsync(WsmqAddress queue, JobLease lease, string progress, CancellationToken cancellationToken);

    /// <summary>
    /// Takes back leases that have run out: the job is retried after the back-off, or becomes a dead letter once too many were lost. Also
    /// shortens leases that a clock that stepped back has made too long, makes dead letters of waiting jobs whose time to live has passed,
    /// and removes dead letters over the limits.
    /// </summary>
    Task<ReclaimedJobs> ReclaimAsync(WsmqAddress queue, QueueRules rules, CancellationToken cancellationToken);

    /// <summary>
    /// Pauses a queue, or resumes it. Once a pause has returned, no node leases a job; leases that exist stay valid.
    /// </summary>
    Task PauseAsync(WsmqAddress queue, bool paused, CancellationToken cancellationToken);

    Task<QueueInfo> InfoAsync(WsmqAddress queue, CancellationToken cancellationToken);

    /// <summary>
    /// A part of the jobs of a state, in the order of their time; ready jobs by priority, suspects last; blocked ones by their key.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="state">The state.</param>
    /// <param name="skip">How many jobs to leave out.</param>
    /// <param name="max">The most jobs to return, at most <see cref="MostInAStep"/>.</param>
    /// <param name="withContent">Whether to return their contents.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<IReadOnlyList<StoredJob>> ListAsync(
        WsmqAddress queue, JobState state, long skip, int max, bool withContent, CancellationToken cancellationToken);

    /// <summary>One job with its content; null if it is not stored.</summary>
    Task<StoredJob?> ReadAsync(WsmqAddress queue, WsmqPosition job, CancellationToken cancellationToken);

    /// <summary>The job that has a <see cref="JobTerms.Unique"/>; null if none has it. Dead letters have given it up.</summary>
    Task<WsmqPosition?> FindUniqueAsync(WsmqAddress queue, string unique, CancellationToken cancellationToken);

    /// <summary>
    /// The state of a job, or how it ended. A position that is not after the last one of its queue, but was not given to a job, is reported
    /// like that of a job whose outcome is no longer known.
    /// </summary>
    Task<JobStatus> StatusAsync(WsmqAddress queue, WsmqPosition job, CancellationToken cancellationToken);

    /// <summary>
    /// Removes jobs and dead letters, at most <see cref="MostInAStep"/>; the result has one item for each: whether it was removed. Of a
    /// removed job the lease is lost, which <see cref="Signal.JobRemoved"/> tells the nodes that give out jobs of the queue.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="jobs">The jobs.</param>
    /// <param name="evenLeased">Whether to remove jobs that are leased.</param>
    /// <param name="rules">The options of the queue: how long it is known that the jobs were removed.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<bool[]> RemoveAsync(
        WsmqAddress queue, IReadOnlyList<WsmqPosition> jobs, bool evenLeased, QueueRules rules, CancellationToken cancellationToken);

    /// <summary>
    /// Makes jobs of dead letters again, at most <see cref="MostInAStep"/>, with their positions, keys and priorities, at their old places
    /// in the order, with all attempts and the full time to live; the result has one item for each: whether it was done. It is not if there
    /// is no such dead letter, or another job has its <see cref="JobTerms.Unique"/>.
    /// </summary>
    Task<bool[]> RedriveAsync(WsmqAddress queue, IReadOnlyList<WsmqPosition> deadLetters, CancellationToken cancellationToken);
}
