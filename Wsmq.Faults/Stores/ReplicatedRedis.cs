using System.Globalization;
using Wsmq.Faults.Nodes;
using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>
/// A Redis and its replica. Each node uses the address of one proxy, which leads to the current master. Receipts may wait for the replica.
/// </summary>
internal sealed class ReplicatedRedis(string folder, Timings timings, bool receipts) : Deployment(folder, timings), IRedisMaster
{
    private readonly List<TcpProxy> _lines = [];
    private TcpProxy _replication = null!;
    private RedisServer _replica = null!;

    public override string Name => receipts ? StoreName.Receipts : StoreName.Replica;

    public override IReadOnlyList<TcpProxy> Lines => _lines;

    public RedisServer Master { get; private set; } = null!;

    public override async Task StartAsync(int nodes)
    {
        Master = await RedisSettings.StartAsync();
        await AddReplicaAsync();
        for (var i = 0; i < nodes; i++)
            _lines.Add(new TcpProxy(Master.Uri));
        await StartNodesAsync(_lines.Select(l => new NodeSettings($"127.0.0.1:{l.Port}", null, Timings) { ReceiptReplicas = receipts ? 1 : 0 }));
    }

    /// <summary>Stops replication: what the master stores from now on does not reach the replica.</summary>
    public void CutReplication() => _replication.Conditions.Hold(up: true, down: true);

    /// <summary>Kills the master, promotes the replica, redirects the nodes to it, and adds a new replica.</summary>
    public async Task FailOverAsync()
    {
        var (old, line) = (Master, _replication);
        await old.StopAsync(kill: true);
        line.Cut();
        await _replica.ExpectOkAsync("REPLICAOF NO ONE");
        Master = _replica;
        foreach (var node in _lines)
        {
            node.PointTo(Master.Uri);
            node.Cut();
        }

        await line.DisposeAsync();
        await old.DisposeAsync();
        await AddReplicaAsync();
    }

    public override async Task<int> SubscriptionsAsync() => RedisSettings.Count(await Master.CommandAsync("PUBSUB CHANNELS"));

    protected override async ValueTask DisposeStoreAsync()
    {
        foreach (var line in _lines.Append(_replication).Where(l => l is not null))
            await line.DisposeAsync();
        foreach (var server in new[] { _replica, Master }.Where(s => s is not null))
            await server.DisposeAsync();
    }

    private async Task AddReplicaAsync()
    {
        _replication = new TcpProxy(Master.Uri);
        _replica = await RedisSettings.StartAsync("--replicaof", "127.0.0.1", _replication.Port.ToString(CultureInfo.InvariantCulture));
        await Eventually.That("the replica is connected to its master", async () =>
            (await _replica.CommandAsync("ROLE")).Contains("connected", StringComparison.Ordinal));
    }
}
