namespace Wsmq;

/// <summary>What a worker calls: the node that it is a part of, or the hub.</summary>
internal interface IJobLine
{
    /// <summary>Extends a lease to its full duration; false if it is lost. Throws if there is no answer.</summary>
    Task<bool> ExtendAsync(JobLease lease);

    /// <summary>Ends an attempt, repeatedly until there is an answer, or the lease cannot be current any more. Does not throw.</summary>
    /// <returns>False if the lease is lost, and the end of the attempt was therefore not stored.</returns>
    Task<bool> SettleAsync(Settlement settlement, CancellationToken lost);

    /// <summary>The worker no longer holds the job.</summary>
    void Released(JobLease lease);
}
