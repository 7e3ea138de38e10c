using Wsmq.Faults.Jobs;

namespace Wsmq.Faults.Checking;

/// <summary>
/// Checks that every job with a receipt has ended: its handler has returned and it is no longer stored, or it is a dead letter with a reason.
/// </summary>
internal static class JobOutcomes
{
    public static void Check(JobRecords jobs, SendRecords sends, Failovers failovers, Verdict verdict)
    {
        foreach (var send in sends.All.Where(s => s.To == JobMessages.Queue && s.Position is not null))
        {
            verdict.Jobs++;
            var job = jobs.Of(send.Position!);
            if (job.StoredState is null && job.DeadReason is { Length: > 0 })
                verdict.JobsDead++;
            else if (job.StoredState is null && HasReturned(job, failovers))
                verdict.JobsCompleted++;
            else if (jobs.WereRead)
                Missing(send, job, failovers, verdict);
        }
    }

    // A failover may have rolled back the counts of the attempts.
    private static bool HasReturned(JobRecord job, Failovers failovers) =>
        job.HasReturned() || (failovers.Any && job.Attempts.Any(a => a.HasReturned));

    private static void Missing(SendRecord send, JobRecord job, Failovers failovers, Verdict verdict)
    {
        if (job.StoredState is null && failovers.MayHaveLost(send))
            verdict.JobsRolledBack++;
        else
            verdict.AddJobsLost($"{send.Id} at {send.Position}: {job.StoredState ?? "not stored"}; {(job.Attempts.Count == 0 ? "no attempt" : $"the last was {job.Attempts[^1]}")}");
    }
}
