namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// One queue within a transaction: its row and the transitions of its jobs. jobs.lua and dead_jobs.lua implement the same.
/// </summary>
internal sealed class JobQueue(SqliteSession session, QueueRow row, long now)
{
    // A dead letter removes a few that are over a limit, a reclaim more: after a limit was lowered, no single call removes all of them.
    private const int MostRemovedForOne = 2;
    private const int MostRemoved = 100;

    public QueueRow Row => row;

    public long Now => now;

    /// <summary>A time from now; the latest one that every store can represent if it is later.</summary>
    public long After(long micros) => micros < WsmqPosition.MaxValue - now ? now + micros : WsmqPosition.MaxValue;

    public void Save() => QueueTable.Save(session, row);

    /// <summary>Stores a job. The caller has checked its limits.</summary>
    public void Add(WsmqPosition position, in AppendRequest request, JobTerms terms)
    {
        var due = Math.Max(Math.Min(terms.NotBefore, WsmqPosition.MaxValue), terms.Delay > 0 ? After(terms.Delay) : 0);
        var visible = due > now ? due : position.Value;
        var job = new JobRow
        {
            Queue = row.Id, Position = position, State = due > now ? JobState.Delayed : JobState.Ready, At = visible, Since = visible, Visible = visible,
            Priority = terms.Priority, Key = terms.Key, Unique = terms.Unique, Ends = terms.TimeToLive > 0 ? After(terms.TimeToLive) : 0,
            Bytes = request.Bytes, Life = terms.TimeToLive,
        };
        if (job.State == JobState.Ready && !Claim(job))
            job.State = JobState.Blocked;
        JobTable.Insert(session, job, request.Metadata, request.Body);
        row.Jobs++;
        row.Bytes += job.Bytes;
        row.Stored++;
    }

    /// <summary>A delayed job has become visible.</summary>
    public void Admit(JobRow job)
    {
        job.State = Claim(job) ? JobState.Ready : JobState.Blocked;
        JobTable.Save(session, job);
    }

    public void MakeReady(JobRow job, long since)
    {
        (job.State, job.At) = (JobState.Ready, since);
        JobTable.Save(session, job);
    }

    public void Grant(JobRow job, string token, long lease, string consumer)
    {
        (job.State, job.Since, job.At) = (JobState.Leased, job.At, now + lease);
        (job.Token, job.Lease, job.Consumer) = (token, lease, consumer);
        JobTable.Save(session, job);
        row.Leased++;
    }

    /// <summary>A job is no longer leased; the caller changes its state.</summary>
    public void Release(JobRow job)
    {
        job.Token = "";
        row.Leased--;
    }

    public void RetryAt(JobRow job, long time)
    {
        (job.State, job.At) = (JobState.Retrying, time);
        JobTable.Save(session, job);
    }

    public void Complete(JobRow job)
    {
        JobTable.Delete(session, job);
        row.Completed++;
        Finish(job);
    }

    /// <summary>Makes a dead letter of a job.</summary>
    public DeadJob Bury(JobRow job, DeadReason reason, string text, QueueRules rules)
    {
        (job.State, job.At, job.Reason, job.Text) = (JobState.Dead, now, reason, text);
        JobTable.Save(session, job);
        Finish(job);
        row.Dead++;
        row.Died++;
        row.DeadBytes += job.Bytes;
        TrimDead(rules, MostRemovedForOne);
        return new DeadJob(job.Position, reason, job.Consumer);
    }

    /// <summary>Removes dead letters over the limits, the oldest first, but never the newest.</summary>
    public void TrimDead(QueueRules rules, int most = MostRemoved)
    {
        for (var gone = 0; gone < most && row.Dead > 1; gone++)
        {
            var oldest = JobTable.Due(session, row.Id, JobState.Dead, long.MaxValue, 1).FirstOrDefault();
            if (oldest is null || (row.Dead <= rules.MaxDeadLetters && row.DeadBytes <= rules.MaxDeadLetterBytes && oldest.At >= now - rules.MaxDeadLetterAge))
                return;
            JobTable.Delete(session, oldest);
            ForgetDead(oldest);
            row.Removed++;
        }
    }

    /// <summary>Removes a job or a dead letter; false if it is leased and that protects it.</summary>
    public bool Remove(JobRow job, bool evenLeased)
    {
        if (job.State == JobState.Leased)
        {
            if (!evenLeased)
                return false;
            Release(job);
        }

        JobTable.Delete(session, job);
        if (job.State == JobState.Dead)
            ForgetDead(job);
        else
            Finish(job);
        return true;
    }

    /// <summary>Makes a job of a dead letter; false if it is none, or another job has its unique text.</summary>
    public bool Redrive(JobRow job)
    {
        if (job.State != JobState.Dead || (job.Unique.Length > 0 && JobTable.WithUnique(session, row.Id, job.Unique) is not null))
            return false;
        ForgetDead(job);
        row.Jobs++;
        row.Bytes += job.Bytes;
        (job.Failed, job.Lost, job.Token, job.Consumer, job.Text) = (0, 0, "", "", "");

        // The full time to live again.
        if (job.Life > 0)
            job.Ends = After(job.Life);
        job.At = job.Since = job.Visible;
        if (job.Visible > now)
            (job.State, job.At) = (JobState.Delayed, job.Visible);
        else
            job.State = Claim(job) ? JobState.Ready : JobState.Blocked;
        JobTable.Save(session, job);
        return true;
    }

    // Of jobs that were delayed several may be found at once: one that has not been given out yet gives way to one that became visible
    // before it.
    private bool Claim(JobRow job)
    {
        if (job.Key.Length == 0 || JobTable.Holder(session, row.Id, job.Key) is not { } holder)
            return true;
        if (holder.State != JobState.Ready || holder.Lost > 0 || (holder.Visible, holder.Position.Value).CompareTo((job.Visible, job.Position.Value)) < 0)
            return false;
        holder.State = JobState.Blocked;
        JobTable.Save(session, holder);
        return true;
    }

    private void ForgetDead(JobRow job)
    {
        row.Dead--;
        row.DeadBytes -= job.Bytes;
    }

    private void Finish(JobRow job)
    {
        row.Jobs--;
        row.Bytes -= job.Bytes;
        if (job.Key.Length > 0 && JobTable.Holder(session, row.Id, job.Key) is null && JobTable.NextOf(session, row.Id, job.Key) is { } next)
            MakeReady(next, next.Visible);
    }
}
