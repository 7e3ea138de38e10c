using Wsmq.Faults.Nodes;
using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>
/// A Redis and its replica. Each node uses the address of one proxy, which leads to the current primary. Receipts may wait for the replica.
/// </summary>
internal sealed class ReplicatedStore(string folder, Timings timings, bool receipts) : Deployment(folder, timings), IRedisPrimary
{
    private readonly List<TcpProxy> _lines = [];
    private ReplicatedRedis? _redis;

    public override string Name => receipts ? StoreName.Receipts : StoreName.Replica;

    public override IReadOnlyList<TcpProxy> Lines => _lines;

    public RedisServer Primary => _redis!.Primary;

    public override async Task StartAsync(int nodes)
    {
        _redis = await ReplicatedRedis.StartWithProxyAsync(RedisSettings.Safe);
        for (var i = 0; i < nodes; i++)
            _lines.Add(new TcpProxy(Primary.Uri));
        await StartNodesAsync(_lines.Select(l => new NodeSettings($"127.0.0.1:{l.Port}", null, Timings) { ReceiptReplicas = receipts ? 1 : 0 }));
    }

    /// <summary>Stops replication: what the primary stores from now on does not reach the replica.</summary>
    public void CutReplication() => _redis!.HoldReplication();

    /// <summary>Kills the primary, promotes the replica, redirects the nodes to it, and adds a new replica.</summary>
    public async Task FailOverAsync()
    {
        await _redis!.FailOverAsync();
        foreach (var node in _lines)
        {
            node.PointTo(Primary.Uri);
            node.Cut();
        }

        await _redis.AddReplicaAsync();
    }

    public override async Task<int> SubscriptionsAsync() => RedisSettings.Count(await Primary.CommandAsync("PUBSUB CHANNELS"));

    public override Task<int> JournaledAsync() => RedisSettings.JournaledAsync(Primary);

    protected override async ValueTask DisposeStoreAsync()
    {
        foreach (var line in _lines)
            await line.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
    }
}
