namespace Wsmq;

/// <summary>A job as a worker gets it.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Duration">How long the lease lasts unless it is extended.</param>
/// <param name="Attempt">The number of this attempt: the failed ones, plus 1.</param>
/// <param name="Lost">How many leases of it were lost.</param>
/// <param name="Due">When it became due.</param>
/// <param name="Read">Returns the message; throws if it is corrupt.</param>
internal sealed record GivenJob(JobLease Lease, TimeSpan Duration, int Attempt, int Lost, DateTimeOffset Due, Func<WsmqDelivery> Read)
{
    /// <summary>The last progress that an earlier attempt reported; null if there is none.</summary>
    public WsmqJsonBody? Progress { get; init; }
}
