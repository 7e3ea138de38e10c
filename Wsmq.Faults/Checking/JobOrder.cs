namespace Wsmq.Faults.Checking;

/// <summary>Checks that jobs of one key begin in the order in which they were stored. Only jobs without a delay have a key.</summary>
internal static class JobOrder
{
    public static void Check(JobRecords jobs, SendRecords sends, Failovers failovers, Verdict verdict)
    {
        var last = new Dictionary<string, AttemptRecord>(StringComparer.Ordinal);
        foreach (var attempt in jobs.Begun)
        {
            var job = jobs.Of(attempt.Position);
            if (sends.Find(attempt.Id)?.Key is not { } key || job.IsLate(attempt))
                continue;
            if (last.TryGetValue(key, out var before) && string.CompareOrdinal(attempt.Position, before.Position) < 0)
                Report(key, job, attempt, before, failovers, verdict);
            last[key] = attempt;
        }
    }

    // A failover may have rolled back the completion of this job, and with it all that followed.
    private static void Report(string key, JobRecord job, AttemptRecord attempt, AttemptRecord before, Failovers failovers, Verdict verdict)
    {
        if (failovers.MayHaveRolledBack(before) || job.Attempts.TakeWhile(a => a != attempt).Any(failovers.MayHaveRolledBack))
            verdict.JobsRolledBack++;
        else
            verdict.AddJobsOutOfKeyOrder($"{key}: {attempt.Id} at {attempt.Position} began after {before.Id} at {before.Position}: {attempt}");
    }
}
