using System.Security.Cryptography;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>One take: the jobs that it made visible and leased.</summary>
internal sealed class JobTaking(SqliteSession session, JobQueue queue, TakeRequest request, QueueRules rules)
{
    private const int TokenStart = 12;

    private readonly string _tokens = RandomNumberGenerator.GetHexString(TokenStart, lowercase: true);
    private readonly int[] _credit = [.. request.Consumers.Select(c => c.Credit)];
    private readonly JobRate _rate = new(rules.Pace, queue.Row.RateUsed, queue.Now);
    private long _bytes;

    public List<TakenJob> Jobs { get; } = [];

    public List<DeadJob> Dead { get; } = [];

    /// <summary>When the rate allows the next lease, if it is what ended this take.</summary>
    public long? NextAllowed => Wants && Jobs.Count >= _rate.Allowed ? _rate.NextAfter(Jobs.Count) : null;

    private bool Wants => !queue.Row.IsPaused && Jobs.Count < IJobStore.MostInAStep && queue.Row.Leased < rules.MaxInFlight && _credit.Any(c => c > 0);

    private bool HasRoom => Wants && Jobs.Count < _rate.Allowed && Dead.Count < IJobStore.MostInAStep
        && (Jobs.Count == 0 || _bytes < request.MaxBytes);

    /// <summary>Makes jobs visible whose time has come; returns whether more are left.</summary>
    public bool Promote()
    {
        var (delayed, retrying) = (DueOf(JobState.Delayed), DueOf(JobState.Retrying));
        foreach (var job in delayed.Where(IsAlive))
            queue.Admit(job);
        foreach (var job in retrying.Where(IsAlive))
            queue.MakeReady(job, job.At);
        return delayed.Count == IJobStore.MostInAStep || retrying.Count == IJobStore.MostInAStep;
    }

    public void Run()
    {
        for (var c = 0; c < _credit.Length; c++)
        {
            var taken = false;
            while (!taken && request.Consumers[c].MayTakeSuspect && _credit[c] > 0 && HasRoom && JobTable.FirstSuspect(session, queue.Row.Id) is { } job)
                taken = TryGrant(job, c);
        }

        // The consumers in turn.
        for (var c = 0; HasRoom && JobTable.First(session, queue.Row.Id) is { } job; c = (c + 1) % _credit.Length)
        {
            while (_credit[c] == 0)
                c = (c + 1) % _credit.Length;
            if (!TryGrant(job, c))
                c = (c + _credit.Length - 1) % _credit.Length;
        }

        if (rules.Pace > 0 && (Jobs.Count > 0 || queue.Row.RateUsed > queue.Now))
            queue.UseRate(_rate.UsedAfter(Jobs.Count));
    }

    private List<JobRow> DueOf(JobState state) => JobTable.Due(session, queue.Row.Id, state, queue.Now, IJobStore.MostInAStep);

    private bool IsAlive(JobRow job)
    {
        if (!job.HasExpired(queue.Now))
            return true;
        Dead.Add(queue.Bury(job, DeadReason.Expired, "", rules));
        return false;
    }

    private bool TryGrant(JobRow job, int consumer)
    {
        if (!IsAlive(job))
            return false;
        var (metadata, body) = JobTable.Content(session, job);
        var due = job.At;
        queue.Grant(job, $"{_tokens}{Jobs.Count:x4}", rules.Lease, request.Consumers[consumer].Name);
        Jobs.Add(new TakenJob(consumer, new JobLease(job.Position, job.Token), job.Failed + 1, job.Lost, metadata, body) { Due = due, Progress = job.Progress });
        _bytes += job.Bytes;
        _credit[consumer]--;
        return true;
    }
}
