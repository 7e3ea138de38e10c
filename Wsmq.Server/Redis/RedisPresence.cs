using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>
/// Reports to Redis in which addresses this node is interested, because it has readers of them. Changes made while a script runs go into
/// the next one. A script sends the state at the time it is sent, so that the last report of an address is correct whatever the order.
/// </summary>
internal sealed class RedisPresence(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, Func<WsmqAddress, bool> isPresent, TimeSpan grace)
{
    // About 2 ms of Redis time. Smaller scripts would need more round trips, one after another, when all users of a node reconnect.
    private const int MostInAScript = 1_024;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Lane> _lanes = [];

    /// <summary>Completes once Redis has the current interest in the address.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: Redis may have stored it. <c>store-corrupt</c>: it could not.</exception>
    public Task TellAsync(WsmqAddress address)
    {
        lock (_lock)
        {
            var number = lanes.LaneOf(address);
            if (!_lanes.TryGetValue(number, out var lane))
                _lanes.Add(number, lane = new Lane(lanes.Keys(number)));
            if (!lane.Changed.TryGetValue(address, out var told))
                lane.Changed.Add(address, told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            if (lane.Loop.IsCompleted)
                lane.Loop = Task.Run(() => RunAsync(lane));
            return told.Task;
        }
    }

    /// <summary>Waits until all pending reports have succeeded or failed, then deletes the leases of this node.</summary>
    public async Task StopAsync()
    {
        Lane[] all;
        lock (_lock)
            all = [.. _lanes.Values];
        await Task.WhenAll(all.Select(l => l.Loop));
        try
        {
            foreach (var lane in all)
                await connections.Database.KeyDeleteAsync(lane.Keys.Lease, CommandFlags.FireAndForget);
        }
        catch (Exception e) when (e is RedisException or WsmqException or ObjectDisposedException)
        {
            // Not connected, for example during a failover. The leases expire; the rest of the shutdown must go on.
        }
    }

    private async Task RunAsync(Lane lane)
    {
        while (Take(lane) is { Length: > 0 } batch)
        {
            try
            {
                var done = (string)(await SendAsync(lane, Array.ConvertAll(batch, b => b.Key)))!;
                for (var i = 0; i < batch.Length; i++)
                    Settle(batch[i].Value, done[i] == '1');
            }
            catch (Exception e)
            {
                // Report a failed registration. A failed removal is ignored: the next signal without a reader retries it.
                Array.ForEach(batch, b => Fail(b.Value, e));
            }
        }
    }

    private static void Settle(TaskCompletionSource told, bool done)
    {
        if (done)
            told.SetResult();
        else
            Fail(told, new WsmqException(WsmqErrors.StoreCorrupt));
    }

    private static void Fail(TaskCompletionSource told, Exception e)
    {
        told.SetException(e);
        _ = told.Task.Exception;
    }

    private KeyValuePair<WsmqAddress, TaskCompletionSource>[] Take(Lane lane)
    {
        lock (_lock)
        {
            var batch = lane.Changed.Take(MostInAScript).ToArray();
            foreach (var (address, _) in batch)
                lane.Changed.Remove(address);

            // Inside the lock: a change after this starts a new loop.
            if (batch.Length == 0)
                lane.Loop = Task.CompletedTask;
            return batch;
        }
    }

    private Task<RedisResult> SendAsync(Lane lane, WsmqAddress[] addresses)
    {
        RedisKey[] scriptKeys = [lane.Keys.Lease, lane.Keys.Spare, .. addresses.SelectMany(a => keys.Of(a).Pair)];
        RedisValue[] values =
        [
            lanes.Node, lanes.Lease.WholeMilliseconds(), grace.Micros(), string.Concat(addresses.Select(a => isPresent(a) ? '1' : '0')),
        ];
        return connections.EvaluateAsync(RedisScript.Presence, scriptKeys, values, CancellationToken.None);
    }

    private sealed class Lane(LaneKeys keys)
    {
        public LaneKeys Keys => keys;

        public Dictionary<WsmqAddress, TaskCompletionSource> Changed { get; } = [];

        public Task Loop { get; set; } = Task.CompletedTask;
    }
}
