using StackExchange.Redis;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Reports to Redis in which addresses this node is interested, because it has readers of them. Changes made while a script runs go into
/// the next one. A script sends the state at the time it is sent, so that the last report of an address is correct whatever the order.
/// </summary>
internal sealed class RedisInterest(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, Func<WsmqAddress, bool> isRead, TimeSpan grace)
{
    // About 5 ms of Redis time. Smaller scripts would need more round trips, one after another, when all users of a node reconnect.
    private const int MostInAScript = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<RedisLane, Reports> _reports = [];

    /// <summary>Completes once Redis has the current interest in the address.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: Redis may have stored it. <c>store-corrupt</c>: it could not.</exception>
    public Task ReportAsync(WsmqAddress address)
    {
        lock (_lock)
        {
            var lane = lanes.Of(address);
            if (!_reports.TryGetValue(lane, out var reports))
                _reports.Add(lane, reports = new Reports(this, lane));
            return reports.AddAsync(address);
        }
    }

    /// <summary>Waits until all pending reports have succeeded or failed, then deletes the leases of this node.</summary>
    public async Task StopAsync()
    {
        Dictionary<RedisLane, Reports> all;
        lock (_lock)
            all = new(_reports);
        await Task.WhenAll(all.Values.Select(r => r.WhenIdle()));
        try
        {
            foreach (var lane in all.Keys)
                await connections.Database.KeyDeleteAsync(lane.Keys.Lease, CommandFlags.FireAndForget);
        }
        catch (Exception e) when (e is RedisException or WsmqException or ObjectDisposedException)
        {
            // Not connected, for example during a failover. The leases expire; the rest of the shutdown must go on.
        }
    }

    private async Task<string> SendAsync(RedisLane lane, IReadOnlyList<WsmqAddress> addresses)
    {
        RedisKey[] scriptKeys = [lane.Keys.Lease, lane.Keys.Spare, lane.Keys.Active, .. addresses.SelectMany(a => keys.Of(a).Pair)];
        RedisValue[] values =
        [
            lanes.Node, lanes.Lease.WholeMilliseconds(), grace.Micros(), string.Concat(addresses.Select(a => isRead(a) ? '1' : '0')),
            lanes.HaveJournals,
            .. addresses.Select(a => (RedisValue)keys.Of(a).ActiveName),
        ];
        return (string)(await connections.EvaluateAsync(RedisScript.Interest, scriptKeys, values, CancellationToken.None))!;
    }

    private readonly record struct Report(WsmqAddress Address, TaskCompletionSource Done);

    /// <summary>The reports of one lane.</summary>
    private sealed class Reports(RedisInterest owner, RedisLane lane) : CoalescingWorker<Report>
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<WsmqAddress, TaskCompletionSource> _waiting = [];

        // One report for all changes of an address that no script has taken yet.
        public Task AddAsync(WsmqAddress address)
        {
            lock (_lock)
            {
                if (_waiting.TryGetValue(address, out var waiting))
                    return waiting.Task;
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(address, done);
                Add(new Report(address, done));
                return done.Task;
            }
        }

        protected override async Task RunAsync(List<Report> items)
        {
            // Before the state is read: what changes afterwards is reported by the next script.
            lock (_lock)
                items.ForEach(r => _waiting.Remove(r.Address));
            foreach (var part in items.Chunk(MostInAScript))
            {
                try
                {
                    var done = await owner.SendAsync(lane, Array.ConvertAll(part, r => r.Address));
                    for (var i = 0; i < part.Length; i++)
                        Settle(part[i].Done, done[i] == '1' ? null : new WsmqException(WsmqErrors.StoreCorrupt));
                }
                catch (Exception e)
                {
                    // Report a failed registration. A failed removal is ignored: the next signal without a reader retries it.
                    Array.ForEach(part, r => Settle(r.Done, e));
                }
            }
        }

        private static void Settle(TaskCompletionSource done, Exception? error)
        {
            if (error is null)
                done.TrySetResult();
            else if (done.TrySetException(error))
                _ = done.Task.Exception;
        }
    }
}
