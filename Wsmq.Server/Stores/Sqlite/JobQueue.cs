namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// One queue within a transaction: its row and the transitions of its jobs. jobs.lua, dead_jobs.lua and outcomes.lua implement the same.
/// </summary>
internal sealed class JobQueue(SqliteSession session, QueueRow row, long now)
{
    // A dead letter removes a few that are over a limit, a reclaim more: after a limit was lowered, no single call removes all of them.
    private const int MostRemovedForOne = 2;
    private const int MostRemoved = 100;

    public QueueRow Row => row;

    public long Now => now;

    /// <summary>Jobs that were removed while they were leased.</summary>
    public List<WsmqPosition> RemovedLeases { get; } = [];

    /// <summary>Whether the row has to be saved.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>A time from now; the latest one that every store can represent if it is later.</summary>
    public long After(long micros) => micros < WsmqPosition.MaxValue - now ? now + micros : WsmqPosition.MaxValue;

    public void Save()
    {
        if (HasChanged)
            QueueTable.Save(session, row);
    }

    /// <summary>Adds to the totals.</summary>
    public void Count(Func<QueueTotals, QueueTotals> add)
    {
        row.Totals = add(row.Totals);
        HasChanged = true;
    }

    /// <summary>The rate of the queue is used up to a time.</summary>
    public void UseRate(long time) => (row.RateUsed, HasChanged) = (time, true);

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
        row.InState[(int)job.State]++;
        row.Bytes += job.Bytes;
        Count(t => t with { Stored = t.Stored + 1 });
    }

    /// <summary>A delayed job has become visible.</summary>
    public void Admit(JobRow job) => Move(job, Claim(job) ? JobState.Ready : JobState.Blocked, job.At);

    public void MakeReady(JobRow job, long since) => Move(job, JobState.Ready, since);

    public void Grant(JobRow job, string token, long lease, string consumer)
    {
        (job.Since, job.Token, job.Lease, job.Consumer) = (job.At, token, lease, consumer);
        Move(job, JobState.Leased, now + lease);
    }

    public void RetryAt(JobRow job, long time) => Move(job, JobState.Retrying, time);

    public void Complete(JobRow job, QueueRules rules)
    {
        Delete(job);
        Count(t => t with { Completed = t.Completed + 1 });
        Note(job, JobEnd.Completed, "", rules);
        Finish(job);
    }

    /// <summary>Makes a dead letter of a job, or removes it if it is that of a request.</summary>
    public DeadJob Bury(JobRow job, DeadReason reason, string text, QueueRules rules)
    {
        var dead = new DeadJob(job.Position, reason, job.Consumer);
        Note(job, reason.ToEnd(), text, rules);
        if (JobTerms.IsOfRequest(job.Unique))
        {
            Delete(job);
            Finish(job);
            return dead;
        }

        (job.Reason, job.Text) = (reason, text);
        Move(job, JobState.Dead, now);
        Finish(job);
        row.DeadBytes += job.Bytes;
        Count(t => t with { DeadLettered = t.DeadLettered + 1 });
        TrimDead(rules, MostRemovedForOne);
        return dead;
    }

    /// <summary>Removes dead letters over the limits, the oldest first, but never the newest.</summary>
    public void TrimDead(QueueRules rules, int most = MostRemoved)
    {
        for (var gone = 0; gone < most && row.Dead > 1; gone++)
        {
            var oldest = JobTable.Due(session, row.Id, JobState.Dead, long.MaxValue, 1).FirstOrDefault();
            if (oldest is null || (row.Dead <= rules.MaxDeadLetters && row.DeadBytes <= rules.MaxDeadLetterBytes && oldest.At >= now - rules.MaxDeadLetterAge))
                return;
            Delete(oldest);
            row.DeadBytes -= oldest.Bytes;
            Count(t => t with { DeadLettersRemoved = t.DeadLettersRemoved + 1 });
        }
    }

    /// <summary>Removes a job or a dead letter; false if it is leased and that protects it.</summary>
    public bool Remove(JobRow job, bool evenLeased, QueueRules rules)
    {
        if (job.State == JobState.Leased && !evenLeased)
            return false;
        if (job.State == JobState.Leased)
            RemovedLeases.Add(job.Position);
        Delete(job);
        Count(t => t with { Removed = t.Removed + 1 });
        if (job.State == JobState.Dead)
        {
            row.DeadBytes -= job.Bytes;
            return true;
        }

        Note(job, JobEnd.Removed, "", rules);
        Finish(job);
        return true;
    }

    /// <summary>Makes a job of a dead letter; false if it is none, or another job has its unique text.</summary>
    public bool Redrive(JobRow job)
    {
        if (job.State != JobState.Dead || (job.Unique.Length > 0 && JobTable.WithUnique(session, row.Id, job.Unique) is not null))
            return false;
        row.DeadBytes -= job.Bytes;
        row.Bytes += job.Bytes;
        (job.Failed, job.Lost, job.Token, job.Consumer, job.Text, job.Progress) = (0, 0, "", "", "", "");

        // The full time to live again.
        if (job.Life > 0)
            job.Ends = After(job.Life);
        job.Since = job.Visible;
        Move(job, job.Visible > now ? JobState.Delayed : Claim(job) ? JobState.Ready : JobState.Blocked, job.Visible);
        return true;
    }

    private void Move(JobRow job, JobState state, long at)
    {
        row.InState[(int)job.State]--;
        row.InState[(int)state]++;
        if (job.State == JobState.Leased)
            job.Token = "";
        (job.State, job.At, HasChanged) = (state, at, true);
        JobTable.Save(session, job);
    }

    private void Delete(JobRow job)
    {
        row.InState[(int)job.State]--;
        JobTable.Delete(session, job);
        HasChanged = true;
    }

    // Of jobs that were delayed several may be found at once: one that has not been given out yet gives way to one that became visible
    // before it.
    private bool Claim(JobRow job)
    {
        if (job.Key.Length == 0 || JobTable.Holder(session, row.Id, job.Key) is not { } holder)
            return true;
        if (holder.State != JobState.Ready || holder.Lost > 0 || (holder.Visible, holder.Position.Value).CompareTo((job.Visible, job.Position.Value)) < 0)
            return false;
        Move(holder, JobState.Blocked, holder.At);
        return true;
    }

    private void Finish(JobRow job)
    {
        row.Bytes -= job.Bytes;
        if (job.Key.Length > 0 && JobTable.Holder(session, row.Id, job.Key) is null && JobTable.NextOf(session, row.Id, job.Key) is { } next)
            MakeReady(next, next.Visible);
    }

    private void Note(JobRow job, JobEnd end, string text, QueueRules rules)
    {
        if (rules.OutcomeRetention == 0)
            return;
        var outcome = new JobOutcome(end, now, text, job.Progress);
        row.Outcomes += JobOutcomeTable.Set(session, row.Id, job.Position, outcome, After(rules.OutcomeRetention));
        if (row.Outcomes > rules.MaxOutcomes)
            row.Outcomes -= JobOutcomeTable.RemoveOldest(session, row.Id, Math.Min(row.Outcomes - rules.MaxOutcomes, MostRemovedForOne));
    }
}
