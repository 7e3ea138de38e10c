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
            Check(job, failovers, verdict);
    }

    private static void Check(JobRecord job, Failovers failovers, Verdict verdict)
    {
        var first = 0;
        for (var i = 1; i < job.Attempts.Count; i++)
        {
            var attempt = job.Attempts[i];
            var other = FindCurrent(job.Attempts.Take(i).Skip(first).Where(a => a.LostLeases == attempt.LostLeases).ToList(), attempt);
            if (other is null)
                continue;
            if (!failovers.MayHaveRolledBack(other))
            {
                verdict.AddJobsUnleased($"{attempt.Id} at {attempt.Position}: {attempt}, but there was {other}");
                continue;
            }

            // Counted once: from here on the store knows nothing of what was before.
            verdict.JobsRolledBack++;
            first = i;
        }
    }

    // An attempt that was handed back began again with the same number. What follows is judged by that one.
    private static AttemptRecord? FindCurrent(List<AttemptRecord> before, AttemptRecord attempt) =>
        before.Find(a => !a.MayBeFollowedBy(attempt) && !before.Exists(b => b.Number == a.Number && b.Began > a.Began && a.MayBeFollowedBy(b)));
}
