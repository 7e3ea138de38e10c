using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>Logs and counts what happens to the jobs of one queue on this node.</summary>
internal sealed class QueueTelemetry(WsmqAddress queue, WsmqMetrics metrics, ILogger logger)
{
    private readonly string _queue = queue.ToString();

    public void Failed(Exception exception, TimeSpan delay) => Log.QueueFailed(logger, exception, _queue, delay);

    public void HandBackFailed(Exception exception, WsmqPosition job) => Log.HandBackFailed(logger, exception, job.ToString(), _queue);

    /// <summary>A take has returned.</summary>
    public void Taken(TakenJobs taken)
    {
        foreach (var job in taken.Jobs)
            metrics.JobGiven(queue.Name, TimeSpan.FromMicroseconds(taken.Now - job.Due));
        Dead(taken.Ended);
    }

    public void Reclaimed(ReclaimedJobs reclaimed)
    {
        foreach (var (job, worker) in reclaimed.Lost)
        {
            metrics.JobEnded(queue.Name, "lost");
            Log.JobLeaseLost(logger, job.ToString(), _queue, worker);
        }

        Dead(reclaimed.Dead);
    }

    /// <summary>An attempt has ended.</summary>
    public void Settled(Settlement settlement, SettleResult result, string worker)
    {
        if (result is SettleResult.Done or SettleResult.DeadLettered)
            metrics.JobEnded(queue.Name, OutcomeOf(settlement));
        if (result == SettleResult.DeadLettered)
            Dead([new DeadJob(settlement.Lease.Job, settlement.Kind == SettlementKind.Reject ? DeadReason.Rejected : DeadReason.AttemptsUsedUp, worker)]);
    }

    private static string OutcomeOf(Settlement settlement) => settlement.Kind switch
    {
        SettlementKind.Complete => "completed",
        SettlementKind.Reject => "rejected",
        SettlementKind.HandBack => "handed_back",
        _ => settlement.Counts ? "failed" : "retried",
    };

    private void Dead(IReadOnlyList<DeadJob> dead)
    {
        foreach (var job in dead)
        {
            metrics.JobDeadLettered(queue.Name, job.Reason.ToString());
            Log.JobDeadLettered(logger, job.Job.ToString(), _queue, job.Reason, job.Worker);
        }
    }
}

/// <summary>Creates the telemetry of each queue.</summary>
internal sealed class QueueTelemetryFactory(WsmqMetrics metrics, ILogger<QueueTelemetry> logger)
{
    public QueueTelemetry Of(WsmqAddress queue) => new(queue, metrics, logger);
}
