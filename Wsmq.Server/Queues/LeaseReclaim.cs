using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>Takes back leases of one queue that have run out.</summary>
internal sealed class LeaseReclaim(WsmqAddress queue, Func<QueueRules> rules, IJobStore jobs, QueueTelemetry telemetry)
{
    /// <summary>
    /// Takes back leases until none is left, or until their holders have to get time. Returns the last answer; null if they have to at once.
    /// </summary>
    public async Task<ReclaimedJobs?> RunAsync(ReclaimHold hold, CancellationToken cancellationToken)
    {
        ReclaimedJobs? last = null;
        while (last is not { More: false } && hold.Left <= TimeSpan.Zero)
        {
            last = await jobs.ReclaimAsync(queue, rules(), cancellationToken);
            hold.Answered(last.Now);
            telemetry.Reclaimed(last);
        }

        return last;
    }
}
