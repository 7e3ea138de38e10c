using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Wsmq.Faults.History;
using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>
/// Fails a shard over to its replica: on request, which loses nothing, or by killing the primary, which may lose unreplicated entries.
/// </summary>
internal sealed class ClusterFailover() : Fault("cluster-failover", StoreName.Cluster)
{
    // The maximum replication lag of a connected replica.
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(6);

    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var cluster = (ClusterStore)context.Deployment;
        var primaries = await cluster.PrimariesAsync();
        var primary = primaries[context.Random.Next(primaries.Count)];
        var kill = context.Random.Next(2) == 0;
        var replica = await cluster.ReplicaOfAsync(primary) ?? throw new RunFailedException("A shard has no replica.");
        context.Note($"{(kill ? "killed" : "requested")}: {primary.EndPoint} is replaced by {replica.EndPoint}");
        if (kill)
            await KillAsync(context, primary, replica);
        else
            await PromoteAsync(replica, "CLUSTER FAILOVER");
        if (kill)
        {
            context.History.Add(new HistoryEvent { Kind = EventKind.Promoted });
            await context.LastAsync();
            await primary.RestartAsync();
        }

        await Eventually.That("the old primary follows", async () => await cluster.ReplicaOfAsync(replica) is not null);
    }

    private static async Task KillAsync(FaultContext context, RedisServer primary, RedisServer replica)
    {
        context.History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        await Task.Delay(Lag, context.Stop);
        await primary.StopAsync(kill: true);

        // FORCE, because otherwise the shards would agree on a new primary only after the node timeout.
        await PromoteAsync(replica, "CLUSTER FAILOVER FORCE");
    }

    // Repeated if the other primaries refused to vote, or if the replica has only just connected; an attempt takes up to five seconds.
    private static Task PromoteAsync(RedisServer replica, string command)
    {
        long? asked = null;
        return Eventually.That("the replica is the primary", async () =>
        {
            if (await RedisCluster.IsPrimaryAsync(replica))
                return true;
            if (asked is { } since && Stopwatch.GetElapsedTime(since) < Attempt)
                return false;
            await replica.CommandAsync(command);
            asked = Stopwatch.GetTimestamp();
            return false;
        });
    }
}

/// <summary>Moves slots with messages from one shard to another while they are written and read.</summary>
internal sealed class ClusterMigrate() : Fault("cluster-migrate", StoreName.Cluster)
{
    private const int MostSlots = 8;
    private const int KeysAtOnce = 20;

    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var primaries = await ((ClusterStore)context.Deployment).PrimariesAsync();
        var first = context.Random.Next(primaries.Count);
        for (var i = 0; i < primaries.Count; i++)
        {
            var (source, target) = (primaries[(first + i) % primaries.Count], primaries[(first + i + 1) % primaries.Count]);
            if (await MoveAsync(context, source, target))
                return;
        }

        throw new RunFailedException("No shard has a key.");
    }

    private static async Task<bool> MoveAsync(FaultContext context, RedisServer source, RedisServer target)
    {
        var (sourceConnection, sourceServer) = await ClusterStore.ConnectAsync(source);
        var (targetConnection, targetServer) = await ClusterStore.ConnectAsync(target);
        await using (sourceConnection)
        await using (targetConnection)
        {
            var slots = await SlotsWithKeysAsync(sourceServer);
            if (slots.Count == 0)
                return false;
            context.Note($"{slots.Count} slots from {source.EndPoint} to {target.EndPoint}");
            foreach (var slot in slots)
            {
                await MoveAsync(slot, sourceServer, targetServer, target, context.Random);
                await Task.Delay(context.Length / slots.Count, context.Stop);
            }

            return true;
        }
    }

    private static async Task<List<int>> SlotsWithKeysAsync(IServer server)
    {
        HashSet<int> slots = [];
        await foreach (var key in server.KeysAsync(pageSize: 1000))
            slots.Add((int)await server.ExecuteAsync("CLUSTER", "KEYSLOT", (string)key!));
        return [.. slots.Order().Take(MostSlots)];
    }

    private static async Task MoveAsync(int slot, IServer source, IServer target, RedisServer address, Random random)
    {
        var (sourceId, targetId) = ((string)(await source.ExecuteAsync("CLUSTER", "MYID"))!, (string)(await target.ExecuteAsync("CLUSTER", "MYID"))!);
        await target.ExecuteAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
        await source.ExecuteAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
        while (((RedisResult[])(await source.ExecuteAsync("CLUSTER", "GETKEYSINSLOT", slot, KeysAtOnce))!) is { Length: > 0 } keys)
        {
            // Leaves the keys of the slot split between two shards for a moment, as with a large slot.
            await Task.Delay(random.Next(0, 100));
            object[] arguments = ["127.0.0.1", address.Port.ToString(CultureInfo.InvariantCulture), "", 0, 5000, "KEYS", .. keys.Select(k => (object)(string)k!)];
            await source.ExecuteAsync("MIGRATE", arguments);
        }

        await target.ExecuteAsync("CLUSTER", "SETSLOT", slot, "NODE", targetId);
        await source.ExecuteAsync("CLUSTER", "SETSLOT", slot, "NODE", targetId);
    }
}
