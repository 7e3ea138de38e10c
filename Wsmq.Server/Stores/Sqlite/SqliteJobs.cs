using System.Security.Cryptography;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Work queues in one database; each operation is one transaction.</summary>
internal sealed partial class SqliteJobs(SqliteEngine engine, LocalSignals signals, TimeProvider clock) : IJobStore
{
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
        engine.WriteAsync(s => Open(s, queue) is { } open ? [.. leases.Select(l => Extend(s, open, l))] : new bool[leases.Count], cancellationToken);

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
        if (!queue.Row.IsPaused)
            taking.Run();
        if (taking.Jobs.Count + taking.Dead.Count > 0)
            queue.Save();
        var due = Earlier(JobTable.Earliest(session, queue.Row.Id, JobState.Delayed), JobTable.Earliest(session, queue.Row.Id, JobState.Retrying));
        var more = pending || JobTable.First(session, queue.Row.Id) is not null || JobTable.FirstSuspect(session, queue.Row.Id) is not null;
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
            queue.Release(job);
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
                queue.Complete(job);
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
            queue.Row.Failed++;
        }

        if (settlement.Counts && job.Failed >= rules.MaxAttempts)
        {
            queue.Bury(job, DeadReason.AttemptsUsedUp, settlement.Reason, rules);
            return SettleResult.DeadLettered;
        }

        queue.RetryAt(job, queue.After(settlement.Delay ?? Backoff(rules, job.Failed)));
        return SettleResult.Done;
    }

    private static bool Extend(SqliteSession session, JobQueue queue, JobLease lease)
    {
        if (JobTable.Find(session, queue.Row.Id, lease.Job) is not { } job || !job.HasLease(lease.Token))
            return false;
        job.At = queue.Now + job.Lease;
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
            queue.Release(job);
            queue.Row.Lost++;
            lost.Add((job.Position, job.Consumer));
            if (++job.Lost >= rules.MaxLostLeases)
                dead.Add(queue.Bury(job, DeadReason.LeasesLost, "", rules));
            else
                queue.RetryAt(job, queue.After(Backoff(rules, job.Lost)));
        }

        var expired = JobTable.Expired(session, queue.Row.Id, queue.Now, IJobStore.MostInAStep);
        foreach (var job in expired)
            dead.Add(queue.Bury(job, DeadReason.Expired, "", rules));
        var removed = queue.Row.Removed;
        queue.TrimDead(rules);
        if (lost.Count + dead.Count > 0 || queue.Row.Removed > removed)
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

    /// <summary>One take: the jobs that it made visible and leased.</summary>
    private sealed class JobTaking(SqliteSession session, JobQueue queue, TakeRequest request, QueueRules rules)
    {
        private const int TokenStart = 12;

        private readonly string _tokens = RandomNumberGenerator.GetHexString(TokenStart, lowercase: true);
        private readonly int[] _credit = [.. request.Consumers.Select(c => c.Credit)];
        private long _bytes;

        public List<TakenJob> Jobs { get; } = [];

        public List<DeadJob> Dead { get; } = [];

        private bool HasRoom => Jobs.Count < IJobStore.MostInAStep && queue.Row.Leased < rules.MaxInFlight && _credit.Any(c => c > 0)
            && Dead.Count < IJobStore.MostInAStep && (Jobs.Count == 0 || _bytes < request.MaxBytes);

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
            Jobs.Add(new TakenJob(consumer, new JobLease(job.Position, job.Token), job.Failed + 1, job.Lost, metadata, body) { Due = due });
            _bytes += job.Bytes;
            _credit[consumer]--;
            return true;
        }
    }
}
