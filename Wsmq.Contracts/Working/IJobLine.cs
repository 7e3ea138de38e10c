namespace Wsmq;

/// <summary>What a worker calls: the node that it is a part of, or the hub.</summary>
internal interface IJobLine
{
    /// <summary>Extends a lease to its full duration; false if it is lost. Throws if there is no answer.</summary>
    Task<bool> ExtendAsync(JobLease lease);

    /// <summary>
    /// Stores the progress of a job, which extends its lease to the full duration; false if it is lost. Throws a <see cref="WsmqException"/>
    /// that can be retried if there is no answer.
    /// </summary>
    Task<bool> ReportProgressAsync(JobLease lease, WsmqJsonBody progress, CancellationToken cancellationToken);

    /// <summary>Ends an attempt. Throws if there is no answer: the runner repeats the call.</summary>
    /// <param name="settlement">The end of the attempt.</param>
    /// <param name="over">Cancels the wait for a connection: the lease cannot be current any more.</param>
    Task<SettleAnswer> SettleAsync(Settlement settlement, CancellationToken over);

    /// <summary>Logs that a settlement got no answer, and returns how long to wait before it is repeated.</summary>
    /// <param name="settlement">The end of the attempt.</param>
    /// <param name="exception">What the call threw.</param>
    /// <param name="failures">How many calls for it have failed before.</param>
    TimeSpan NotSettled(Settlement settlement, Exception exception, int failures);

    /// <summary>The worker no longer holds the job.</summary>
    void Released(JobLease lease);
}
