using Wsmq.Faults.Nodes;
using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>
/// A Redis, its replica, and three sentinels that decide which of them is the primary. Nodes query the sentinels directly, and reach each
/// server through its proxy. Servers and sentinels reach each other directly, so that a fault of a proxy causes no failover.
/// </summary>
internal sealed class SentinelStore(string folder, Timings timings) : Deployment(folder, timings), IRedisPrimary
{
    private readonly Dictionary<RedisServer, TcpProxy> _lines = [];
    private SentinelRedis? _redis;

    public override string Name => StoreName.Sentinel;

    public override IReadOnlyList<TcpProxy> Lines => [.. _lines.Values];

    public SentinelRedis Redis => _redis!;

    public RedisServer Primary { get; private set; } = null!;

    public override async Task StartAsync(int nodes)
    {
        _redis = await SentinelRedis.StartAsync(downAfter: Timings.SentinelDownAfter, arguments: RedisSettings.Safe);
        Primary = Redis.Servers[0];
        foreach (var server in Redis.Servers)
            _lines.Add(server, new TcpProxy(server.Uri));
        var settings = new NodeSettings(Redis.Configuration, null, Timings) { RedisLines = _lines.ToDictionary(l => l.Key.Port, l => l.Value.Port) };
        await StartNodesAsync(Enumerable.Repeat(settings, nodes));
    }

    // The proxy of the primary: nodes do not use that of the replica.
    public override TcpProxy AnyLine(Random random) => _lines[Primary];

    /// <summary>Waits until the sentinels have promoted the other server.</summary>
    public async Task<RedisServer> FailedOverAsync() => Primary = await Redis.FailedOverAsync(Primary);

    /// <summary>Waits until the former primary is a replica of the current one, and has all of its data.</summary>
    public Task FollowsAsync(RedisServer old) => Eventually.That("the former primary is a replica of the current one", async () =>
        await old.CommandAsync("ROLE") is var role && role.Contains("slave", StringComparison.Ordinal) && role.Contains("connected", StringComparison.Ordinal)
        && (await Primary.CommandAsync("WAIT 1 1000")).StartsWith(":1", StringComparison.Ordinal));

    public override async Task<int> SubscriptionsAsync() => RedisSettings.Count(await Primary.CommandAsync("PUBSUB CHANNELS"));

    public override Task<int> JournaledAsync() => RedisSettings.JournaledAsync(Primary);

    protected override async ValueTask DisposeStoreAsync()
    {
        foreach (var line in Lines)
            await line.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
    }
}
