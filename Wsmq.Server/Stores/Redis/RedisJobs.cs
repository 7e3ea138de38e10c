using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Appends;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Server.Stores.Redis.Jobs;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Work queues as sorted sets by time, all keys of a queue in the bucket of its address; each operation is one script. See jobs.lua.
/// </summary>
/// <param name="connections">The connections.</param>
/// <param name="keys">The names of keys.</param>
/// <param name="lanes">The lanes, for signals.</param>
/// <param name="replicas">Waits for replicas: then no failover takes back a grant, or the end of an attempt. Null if receipts do not wait.</param>
internal sealed class RedisJobs(RedisConnections connections, RedisKeys keys, RedisLanes lanes, RedisReplicas? replicas) : IJobStore
{
    private long _marks;

    public JobTakers Takers { get; } = new();

    public async Task<TakenJobs> TakeAsync(WsmqAddress queue, TakeRequest request, QueueRules rules, CancellationToken cancellationToken)
    {
        var mark = NextMark(queue, (k, node) => k.Taken(node));
        var reply = await connections.EvaluateAsync(
            RedisScript.JobTake, [.. keys.Of(queue).QueueWithOutcomes, .. mark.Keys], JobTakeScript.Values(request, rules, mark.Values),
            cancellationToken);
        var result = JobTakeScript.Result((RedisResult[])reply!);
        if (result.Jobs.Count > 0)
            await ConfirmAsync(mark, () => HandBackAsync(queue, result.Jobs, rules));
        return result;
    }

    public async Task<SettleResult[]> SettleAsync(
        WsmqAddress queue, IReadOnlyList<Settlement> batch, QueueRules rules, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return [];
        var mark = NextMark(queue, (k, node) => k.Settled(node));
        var results = await SettleAsync(queue, batch, rules, mark, cancellationToken);
        await ConfirmAsync(mark);
        return results;
    }

    public Task<bool[]> ExtendAsync(WsmqAddress queue, IReadOnlyList<JobLease> leases, QueueRules rules, CancellationToken cancellationToken) =>
        ExtendAsync(queue, leases, string.Empty, cancellationToken);

    public async Task<bool> ProgressAsync(WsmqAddress queue, JobLease lease, string progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(progress.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Encoding.UTF8.GetByteCount(progress), IJobStore.MaxProgressBytes);
        return (await ExtendAsync(queue, [lease], progress, cancellationToken))[0];
    }

    public async Task<ReclaimedJobs> ReclaimAsync(WsmqAddress queue, QueueRules rules, CancellationToken cancellationToken)
    {
        RedisValue[] values =
        [
            rules.MinBackoff, rules.MaxBackoff, rules.MaxLostLeases, IJobStore.MostInAStep, .. JobTakeScript.Limits(rules), .. SignalOf(queue), Jitter(),
        ];
        var reply = await RunAsync(RedisScript.JobReclaim, queue, values, cancellationToken);
        return new ReclaimedJobs(
            RedisJobReplies.Time(reply[0]) ?? 0,
            Array.ConvertAll((RedisResult[])reply[3]!, l => (RedisReplies.Position(l[0]), (string)l[1]!)),
            Array.ConvertAll((RedisResult[])reply[4]!, RedisJobReplies.Dead), RedisJobReplies.Time(reply[1]), (int)reply[2] == 1);
    }

    public Task PauseAsync(WsmqAddress queue, bool paused, CancellationToken cancellationToken) => connections.EvaluateAsync(
        RedisScript.JobPause, [keys.Meta(queue)], [paused ? 1 : 0, .. SignalOf(queue)], cancellationToken);

    public async Task<QueueInfo> InfoAsync(WsmqAddress queue, CancellationToken cancellationToken) =>
        RedisJobReplies.Info(await RunAsync(RedisScript.JobInfo, queue, [], cancellationToken));

    public async Task<IReadOnlyList<StoredJob>> ListAsync(
        WsmqAddress queue, JobState state, long skip, int max, bool withContent, CancellationToken cancellationToken)
    {
        RedisValue[] values = [RedisJobReplies.Letter(state), skip, Math.Min(max, IJobStore.MostInAStep), withContent ? 1 : 0];
        return Array.ConvertAll(
            await RunAsync(RedisScript.JobList, queue, values, cancellationToken), job => RedisJobReplies.Stored(state, job, withContent));
    }

    public async Task<StoredJob?> ReadAsync(WsmqAddress queue, WsmqPosition job, CancellationToken cancellationToken) =>
        (await StatusAsync(queue, job, withContent: true, cancellationToken)).Job;

    public Task<JobStatus> StatusAsync(WsmqAddress queue, WsmqPosition job, CancellationToken cancellationToken) =>
        StatusAsync(queue, job, withContent: false, cancellationToken);

    public Task<bool[]> RemoveAsync(
        WsmqAddress queue, IReadOnlyList<WsmqPosition> jobs, bool evenLeased, QueueRules rules, CancellationToken cancellationToken)
    {
        RedisValue[] values = [evenLeased ? 1 : 0, .. SignalOf(queue), rules.OutcomeRetention, rules.MaxOutcomes];
        return EachAsync(RedisScript.JobRemove, keys.Of(queue).QueueWithOutcomes, values, jobs, cancellationToken);
    }

    public async Task<WsmqPosition?> FindUniqueAsync(WsmqAddress queue, string unique, CancellationToken cancellationToken)
    {
        var reply = await connections.EvaluateAsync(RedisScript.JobUnique, keys.Of(queue).Queue, [unique], cancellationToken);
        return reply.IsNull ? null : RedisReplies.Position(reply);
    }

    public Task<bool[]> RedriveAsync(WsmqAddress queue, IReadOnlyList<WsmqPosition> deadLetters, CancellationToken cancellationToken) =>
        EachAsync(RedisScript.JobRedrive, keys.Of(queue).Queue, SignalOf(queue), deadLetters, cancellationToken);

    private async Task<bool[]> ExtendAsync(WsmqAddress queue, IReadOnlyList<JobLease> leases, string progress, CancellationToken cancellationToken)
    {
        if (leases.Count == 0)
            return [];
        RedisValue[] values = [.. leases.SelectMany(l => new RedisValue[] { l.Job.ToString(), l.Token, progress })];
        var reply = (string)(await connections.EvaluateAsync(RedisScript.JobExtend, keys.Of(queue).Queue, values, cancellationToken))!;
        return [.. reply.Select(c => c == '1')];
    }

    private async Task<SettleResult[]> SettleAsync(
        WsmqAddress queue, IReadOnlyList<Settlement> batch, QueueRules rules, ReplicaMark mark, CancellationToken cancellationToken)
    {
        RedisValue[] values =
        [
            rules.MinBackoff, rules.MaxBackoff, rules.MaxAttempts, .. JobTakeScript.Limits(rules), .. SignalOf(queue),
            rules.MaxInFlight < int.MaxValue ? 1 : 0, .. mark.Values,
            .. batch.SelectMany(s => new RedisValue[]
            {
                s.Lease.Job.ToString(), s.Lease.Token, Letter(s.Kind), s.Counts ? 1 : 0, s.Delay ?? -1, Jitter(), s.Reason,
            }),
        ];
        var reply = (string)(await connections.EvaluateAsync(
            RedisScript.JobSettle, [.. keys.Of(queue).QueueWithOutcomes, .. mark.Keys], values, cancellationToken))!;
        return [.. reply.Select(c => (SettleResult)(c - '0'))];
    }

    // The leases would run out, and count.
    private async Task HandBackAsync(WsmqAddress queue, IReadOnlyList<TakenJob> jobs, QueueRules rules)
    {
        try
        {
            Settlement[] batch = [.. jobs.Select(j => new Settlement(j.Lease, SettlementKind.HandBack))];
            await SettleAsync(queue, batch, rules, ReplicaMark.None, CancellationToken.None);
        }
        catch (WsmqException)
        {
            // The caller gets the error that led here. The leases run out.
        }
    }

    private ReplicaMark NextMark(WsmqAddress queue, Func<LogKeys, string, RedisKey> key) => replicas is null
        ? ReplicaMark.None
        : new ReplicaMark(key(keys.Of(queue), lanes.Node), Interlocked.Increment(ref _marks));

    private async Task ConfirmAsync(ReplicaMark mark, Func<Task>? undo = null)
    {
        if (mark.Keys.Length == 0)
            return;
        try
        {
            await replicas!.ConfirmAsync(mark);
        }
        catch (WsmqException) when (undo is not null)
        {
            await undo();
            throw;
        }
    }

    private async Task<JobStatus> StatusAsync(WsmqAddress queue, WsmqPosition job, bool withContent, CancellationToken cancellationToken) =>
        RedisJobReplies.Status(await RunAsync(RedisScript.JobRead, queue, [job.ToString(), withContent ? 1 : 0], cancellationToken), withContent);

    private async Task<bool[]> EachAsync(
        string script, RedisKey[] queueKeys, RedisValue[] values, IReadOnlyList<WsmqPosition> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
            return [];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jobs.Count, IJobStore.MostInAStep);
        RedisValue[] all = [.. values, .. jobs.Select(j => (RedisValue)j.ToString())];
        var reply = (string)(await connections.EvaluateAsync(script, queueKeys, all, cancellationToken))!;
        return [.. reply.Select(c => c == '1')];
    }

    private static string Letter(SettlementKind kind) => kind switch
    {
        SettlementKind.Complete => "C",
        SettlementKind.Retry => "R",
        SettlementKind.Reject => "J",
        _ => "H",
    };

    private static string Jitter() => Random.Shared.NextDouble().ToString("F6", CultureInfo.InvariantCulture);

    private RedisValue[] SignalOf(WsmqAddress queue) =>
        [lanes.PublishCommand, lanes.Of(queue).Keys.Channels, RedisSignalReader.QueueChanged(keys.Of(queue))];

    private async Task<RedisResult[]> RunAsync(string script, WsmqAddress queue, RedisValue[] values, CancellationToken cancellationToken) =>
        (RedisResult[])(await connections.EvaluateAsync(script, keys.Of(queue).QueueWithOutcomes, values, cancellationToken))!;
}
