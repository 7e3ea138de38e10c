using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>
/// Tells Redis which addresses have readers on this node. What comes while a script runs goes into the next one; that says how
/// things are when it is sent, so that the last word on an address is the true one, in whatever order it came about.
/// </summary>
internal sealed class RedisPresence(
    RedisConnections connections, RedisKeys keys, RedisLanes lanes, Func<WsmqAddress, bool> isPresent, TimeSpan grace)
{
    // Some 2 ms of Redis. More scripts of fewer would each wait for their answer while a whole node's users come back.
    private const int MostInAScript = 1_024;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Lane> _lanes = [];

    /// <summary>Completes once Redis knows how it stands with the address.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: it may know. <c>store-corrupt</c>: it cannot.</exception>
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

    /// <summary>Returns once what was told is with Redis or has failed, and says that this node is gone.</summary>
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
            // Not connected, as during a failover: the leases expire by themselves, and what is stopped after this has to be.
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
                // Whoever comes has to hear of it. Whoever went may be forgotten: the next signal for nobody brings it up again.
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

            // Inside the lock: what comes from now on starts a loop of its own.
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
