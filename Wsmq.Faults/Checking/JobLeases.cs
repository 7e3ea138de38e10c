namespace Wsmq.Faults.Checking;

/// <summary>
/// Checks that an attempt begins only if each earlier one of the same job has failed, or was not counted, or has lost its lease. The
/// counts that the store passes with each attempt show it: after a lost lease there is one more.
/// </summary>
internal static class JobLeases
{
    public static void Check(IEnumerable<JobRecord> jobs, Failovers failovers, Verdict verdict)
    {
        foreach (var job in jobs)
        {
            for (var i = 1; i < job.Attempts.Count; i++)
                Check(job.Attempts[i], job.Attempts.Take(i), failovers, verdict);
        }
    }

    private static void Check(AttemptRecord attempt, IEnumerable<AttemptRecord> before, Failovers failovers, Verdict verdict)
    {
        var other = before.FirstOrDefault(a => a.LostLeases == attempt.LostLeases && !a.MayBeFollowedBy(attempt));
        if (other is null)
            return;
        if (failovers.MayHaveRolledBack(other))
            verdict.JobsRolledBack++;
        else
            verdict.AddJobsUnleased($"{attempt.Id} at {attempt.Position}: {attempt}, but there was {other}");
    }
}
