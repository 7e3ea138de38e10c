using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

internal enum JobStep
{
    Add,
    Take,
    Settle,
    Reclaim,
    Remove,
    Redrive,
}

/// <summary>A step of a random run; the numbers are taken modulo the number of choices.</summary>
internal sealed record JobMove(JobStep Step, int What, int How);

/// <summary>
/// The expected behaviour of a work queue in its simplest form: no delay, no back-off, one consumer. Leases are endless, or over at once.
/// </summary>
internal sealed class JobModel
{
    public const int MaxAttempts = 2;
    public const int MaxLostLeases = 2;

    private readonly List<Job> _jobs = [];
    private long _time;

    public sealed class Job
    {
        public required WsmqPosition Position { get; init; }

        public required JobTerms Terms { get; init; }

        /// <summary>When it became visible for the first time; a retry has a later place.</summary>
        public required long First { get; init; }

        public long Place { get; set; }

        public JobState State { get; set; }

        public int Failed { get; set; }

        public int Lost { get; set; }

        public string? Token { get; set; }

        public bool IsOver { get; set; }
    }

    /// <summary>Every grant ever made.</summary>
    public List<JobLease> Grants { get; } = [];

    /// <summary>Every job ever stored.</summary>
    public List<WsmqPosition> Given { get; } = [];

    public QueueTotals Totals { get; private set; }

    /// <summary>How jobs ended last, those that were redriven since included.</summary>
    private Dictionary<WsmqPosition, JobEnd> Ends { get; } = [];

    /// <summary>The jobs of a state. Ready ones in the order in which they are taken, suspects last.</summary>
    public IEnumerable<WsmqPosition> InState(JobState state) => _jobs.Where(j => j.State == state)
        .OrderBy(j => j.Lost > 0 && state == JobState.Ready).ThenByDescending(j => j.Lost > 0 ? 0 : j.Terms.Priority).ThenBy(j => j.Place)
        .ThenBy(j => j.Position.Value).Select(j => j.Position);

    public void Added(JobTerms terms, AppendResult result)
    {
        if (terms.Unique.Length > 0 && _jobs.Find(j => j.Terms.Unique == terms.Unique && j.State != JobState.Dead) is { } other)
        {
            (result.Position, result.Duplicate, result.IsUniqueTaken).Should().Be((other.Position, true, true));
            return;
        }

        (result.Duplicate, result.IsUniqueTaken).Should().Be((false, false));
        var job = new Job { Position = result.Position, Terms = terms, First = ++_time };
        Given.Add(result.Position);
        Totals = Totals with { Stored = Totals.Stored + 1 };
        _jobs.Add(job);
        Show(job);
    }

    /// <summary>The jobs that a take should give out, in order.</summary>
    public List<Job> Take(int credit)
    {
        foreach (var job in _jobs.Where(j => j.State == JobState.Retrying))
            job.State = JobState.Ready;
        var suspect = _jobs.Where(j => j.State == JobState.Ready && j.Lost > 0).OrderBy(j => j.Place).ThenBy(j => j.Position.Value).Take(1);
        var others = InState(JobState.Ready).Select(p => _jobs.Find(j => j.Position == p)!).Where(j => j.Lost == 0);
        return [.. suspect.Concat(others).Take(credit)];
    }

    public void Taken(Job job, TakenJob taken, bool isOver)
    {
        (taken.Lease.Job, taken.Attempt, taken.Lost).Should().Be((job.Position, job.Failed + 1, job.Lost));
        (job.State, job.Token, job.IsOver) = (JobState.Leased, taken.Lease.Token, isOver);
        Grants.Add(taken.Lease);
    }

    public SettleResult Settle(JobLease lease, SettlementKind kind, bool counts)
    {
        if (_jobs.Find(j => j.Position == lease.Job && j.State == JobState.Leased && j.Token == lease.Token) is not { } job)
            return SettleResult.LeaseLost;
        switch (kind)
        {
            case SettlementKind.Complete:
                Totals = Totals with { Completed = Totals.Completed + 1 };
                End(job, JobEnd.Completed, remove: true);
                return SettleResult.Done;
            case SettlementKind.HandBack:
                job.State = JobState.Ready;
                return SettleResult.Done;
            case SettlementKind.Retry:
                Totals = Totals with { FailedAttempts = Totals.FailedAttempts + (counts ? 1 : 0) };
                if (counts && ++job.Failed >= MaxAttempts)
                    return Bury(job, JobEnd.AttemptsUsedUp);
                (job.State, job.Place) = (JobState.Retrying, ++_time);
                return SettleResult.Done;
            default:
                return Bury(job, JobEnd.Rejected);
        }
    }

    /// <summary>Takes back the leases that are over; returns the jobs that lost theirs, and those of them that are dead letters now.</summary>
    public (List<WsmqPosition> Lost, List<WsmqPosition> Dead) Reclaim()
    {
        var (lost, dead) = (_jobs.FindAll(j => j.State == JobState.Leased && j.IsOver), new List<WsmqPosition>());
        _time++;
        Totals = Totals with { LostLeases = Totals.LostLeases + lost.Count };
        foreach (var job in lost)
        {
            (job.State, job.Place) = (JobState.Retrying, _time);
            if (++job.Lost < MaxLostLeases)
                continue;
            Bury(job, JobEnd.LeasesLost);
            dead.Add(job.Position);
        }

        return (lost.ConvertAll(j => j.Position), dead);
    }

    public bool Remove(WsmqPosition position, bool evenLeased)
    {
        if (_jobs.Find(j => j.Position == position) is not { } job || (job.State == JobState.Leased && !evenLeased))
            return false;
        Totals = Totals with { Removed = Totals.Removed + 1 };
        End(job, job.State == JobState.Dead ? Ends[position] : JobEnd.Removed, remove: true);
        return true;
    }

    /// <summary>How a job ended; null if it is stored and no dead letter.</summary>
    public JobEnd? EndOf(WsmqPosition position) =>
        _jobs.Exists(j => j.Position == position && j.State != JobState.Dead) ? null : Ends[position];

    public bool Redrive(WsmqPosition position)
    {
        if (_jobs.Find(j => j.Position == position && j.State == JobState.Dead) is not { } job
            || (job.Terms.Unique.Length > 0 && _jobs.Exists(j => j.Terms.Unique == job.Terms.Unique && j.State != JobState.Dead)))
        {
            return false;
        }

        (job.Failed, job.Lost) = (0, 0);
        Show(job);
        return true;
    }

    private Job? HolderOf(string key) =>
        key.Length == 0 ? null : _jobs.Find(j => j.Terms.Key == key && IsHolder(j));

    private static bool IsHolder(Job job) => job.State is JobState.Ready or JobState.Leased or JobState.Retrying;

    private void Show(Job job)
    {
        // So that it is not its own holder.
        job.State = JobState.Dead;
        job.Place = job.First;
        var holder = HolderOf(job.Terms.Key);
        if (holder is { State: JobState.Ready, Lost: 0 } && holder.First > job.First)
            (holder.State, holder.Place, holder) = (JobState.Blocked, holder.First, null);
        job.State = holder is null ? JobState.Ready : JobState.Blocked;
    }

    private SettleResult Bury(Job job, JobEnd end)
    {
        Totals = Totals with { DeadLettered = Totals.DeadLettered + 1 };
        End(job, end, remove: false);
        return SettleResult.DeadLettered;
    }

    private void End(Job job, JobEnd end, bool remove)
    {
        Ends[job.Position] = end;
        var had = IsHolder(job);
        job.State = JobState.Dead;
        if (remove)
            _jobs.Remove(job);
        if (!had || job.Terms.Key.Length == 0)
            return;
        if (_jobs.Where(j => j.Terms.Key == job.Terms.Key && j.State == JobState.Blocked).MinBy(j => j.First) is { } next)
            (next.State, next.Place) = (JobState.Ready, next.First);
    }
}
