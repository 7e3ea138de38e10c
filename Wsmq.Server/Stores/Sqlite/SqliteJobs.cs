using System.Text;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Work queues in one database; each operation is one transaction.</summary>
internal sealed partial class SqliteJobs(SqliteEngine engine, LocalSignals signals, TimeProvider clock) : IJobStore
{
    public JobTakers Takers { get; } = new();

    public Task<TakenJobs> TakeAsync(WsmqAddress queue, TakeRequest request, QueueRules rules, CancellationToken cancellationToken) =>
        engine.WriteAsync(s => Take(s, queue, request, rules), cancellationToken);

    public async Task<SettleResult[]> SettleAsync(
        WsmqAddress queue, IReadOnlyList<Settlement> batch, QueueRules rules, CancellationToken cancellationToken)
    {
        var (results, _) = await engine.WriteAsync(
            s => Settle(s, queue, batch, rules), r => SignalIf(r.Wake, queue), cancellationToken).ConfigureAwait(false);
        return results;
    }

    public Task<bool[]> ExtendAsync(WsmqAddress queue, IReadOnlyList<JobLease> leases, QueueRules rules, CancellationToken cancellationToken) =>
        engine.WriteAsync(s => Open(s, queue) is { } open ? [.. leases.Select(l => Extend(s, open, l, null))] : new bool[leases.Count], cancellationToken);

    public Task<bool> ProgressAsync(WsmqAddress queue, JobLease lease, string progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(progress.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Encoding.UTF8.GetByteCount(progress), IJobStore.MaxProgressBytes);
        return engine.WriteAsync(s => Open(s, queue) is { } open && Extend(s, open, lease, progress), cancellationToken);
    }

    public Task<ReclaimedJobs> ReclaimAsync(WsmqAddress queue, QueueRules rules, CancellationToken cancellationToken) =>
        engine.WriteAsync(s => Reclaim(s, queue, rules), r => SignalIf(r.Lost.Count + r.Dead.Count > 0, queue), cancellationToken);

    private void SignalIf(bool wake, WsmqAddress queue)
    {
        if (wake)
            signals.Send(queue, Signal.QueueChanged);
    }

    private JobQueue? Open(SqliteSession session, WsmqAddress queue) =>
        LogTable.Find(session, queue) is { } log ? new JobQueue(session, QueueTable.Load(session, log), clock.NowMicros()) : null;

    private TakenJobs Take(SqliteSession session, WsmqAddress address, TakeRequest request, QueueRules rules)
    {
        if (Open(session, address) is not { } queue)
            return new TakenJobs([], clock.NowMicros(), null, null, false, []);
        var taking = new JobTaking(session, queue, request, rules);
        var pending = taking.Promote();
        taking.Run();
        queue.Save();
        var due = Earlier(JobTable.Earliest(session, queue.Row.Id, JobState.Delayed), JobTable.Earliest(session, queue.Row.Id, JobState.Retrying));
        var more = JobTable.First(session, queue.Row.Id) is not null || JobTable.FirstSuspect(session, queue.Row.Id) is not null;
        if (more && taking.NextAllowed is { } next)
            (due, more) = (Earlier(due, next), false);
        more |= pending;
        return new TakenJobs(
            taking.Jobs, queue.Now, due, JobTable.HasLate(session, queue.Row.Id, queue.Now) ? queue.Now : NextEnd(session, queue), more && !queue.Row.IsPaused, taking.Dead)
        {
            IsPaused = queue.Row.IsPaused,
        };
    }

    private (SettleResult[] Results, bool Wake) Settle(SqliteSession session, WsmqAddress address, IReadOnlyList<Settlement> batch, QueueRules rules)
    {
        var results = Enumerable.Repeat(SettleResult.LeaseLost, batch.Count).ToArray();
        if (Open(session, address) is not { } queue)
            return (results, false);
        var wake = false;
        for (var i = 0; i < batch.Count; i++)
        {
            if (JobTable.Find(session, queue.Row.Id, batch[i].Lease.Job) is not { } job || !job.HasLease(batch[i].Lease.Token))
                continue;
            results[i] = Settle(queue, job, batch[i], rules);
            wake |= batch[i].Kind != SettlementKind.Complete || job.Key.Length > 0 || rules.MaxInFlight < int.MaxValue;
        }

        queue.Save();
        return (results, wake);
    }

    private static SettleResult Settle(JobQueue queue, JobRow job, Settlement settlement, QueueRules rules)
    {
        switch (settlement.Kind)
        {
            case SettlementKind.Complete:
                queue.Complete(job, rules);
                return SettleResult.Done;
            case SettlementKind.Reject:
                queue.Bury(job, DeadReason.Rejected, settlement.Reason, rules);
                return SettleResult.DeadLettered;
            case SettlementKind.HandBack:
                queue.MakeReady(job, job.Since);
                return SettleResult.Done;
        }

        if (settlement.Counts)
        {
            job.Failed++;
            queue.Count(t => t with { FailedAttempts = t.FailedAttempts + 1 });
        }

        if (settlement.Counts && job.Failed >= rules.MaxAttempts)
        {
            queue.Bury(job, DeadReason.AttemptsUsedUp, settlement.Reason, rules);
            return SettleResult.DeadLettered;
        }

        queue.RetryAt(job, queue.After(settlement.Delay ?? Backoff(rules, job.Failed)));
        return SettleResult.Done;
    }

    private static bool Extend(SqliteSession session, JobQueue queue, JobLease lease, string? progress)
    {
        if (JobTable.Find(session, queue.Row.Id, lease.Job) is not { } job || !job.HasLease(lease.Token))
            return false;
        (job.At, job.Progress) = (queue.Now + job.Lease, progress ?? job.Progress);
        JobTable.Save(session, job);
        return true;
    }

    private ReclaimedJobs Reclaim(SqliteSession session, WsmqAddress address, QueueRules rules)
    {
        if (Open(session, address) is not { } queue)
            return new ReclaimedJobs(clock.NowMicros(), [], [], null, false);
        var (lost, dead) = (new List<(WsmqPosition, string)>(), new List<DeadJob>());
        JobTable.Shorten(session, queue.Row.Id, queue.Now);
        var ended = JobTable.Due(session, queue.Row.Id, JobState.Leased, queue.Now, IJobStore.MostInAStep);
        foreach (var job in ended)
        {
            queue.Count(t => t with { LostLeases = t.LostLeases + 1 });
            lost.Add((job.Position, job.Consumer));
            if (++job.Lost >= rules.MaxLostLeases)
                dead.Add(queue.Bury(job, DeadReason.LeasesLost, "", rules));
            else
                queue.RetryAt(job, queue.After(Backoff(rules, job.Lost)));
        }

        // Read again: the end of one may have made another one ready.
        var expired = JobTable.Expired(session, queue.Row.Id, queue.Now, IJobStore.MostInAStep).ConvertAll(j => j.Position);
        foreach (var job in expired.Select(position => JobTable.Find(session, queue.Row.Id, position)!))
            dead.Add(queue.Bury(job, DeadReason.Expired, "", rules));
        queue.TrimDead(rules);
        queue.Save();
        return new ReclaimedJobs(
            queue.Now, lost, dead, NextEnd(session, queue),
            ended.Count == IJobStore.MostInAStep || expired.Count == IJobStore.MostInAStep);
    }

    private static long? NextEnd(SqliteSession session, JobQueue queue) =>
        Earlier(JobTable.Earliest(session, queue.Row.Id, JobState.Leased), JobTable.EarliestEnd(session, queue.Row.Id));

    private static long Backoff(QueueRules rules, int attempts)
    {
        var full = Math.Min(rules.MinBackoff * Math.Pow(2, Math.Clamp(attempts - 1, 0, 62)), rules.MaxBackoff);
        return (long)(full * (1 - (Random.Shared.NextDouble() / 2)));
    }

    private static long? Earlier(long? a, long? b) => a is { } x && b is { } y ? Math.Min(x, y) : a ?? b;
}
