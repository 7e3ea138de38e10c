using System.Globalization;
using StackExchange.Redis;
using Wsmq.Faults.Nodes;
using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>
/// Three shards with a replica each. Each server announces the address of its own proxy, through which nodes and replicas reach it.
/// </summary>
internal sealed class ClusterStore(string folder, Timings timings) : Deployment(folder, timings)
{
    // The other primaries vote for a replica of the same shard again only after twice this time, even if a fault requests it.
    private static readonly TimeSpan NodeTimeout = TimeSpan.FromSeconds(8);

    private readonly List<TcpProxy> _lines = [];
    private readonly List<RedisServer> _servers = [];
    private RedisCluster? _cluster;

    public override string Name => StoreName.Cluster;

    public override IReadOnlyList<TcpProxy> Lines => _lines;

    public override async Task StartAsync(int nodes)
    {
        _cluster = await RedisCluster.StartAsync(replicas: 1, LaunchAsync);
        var redis = string.Join(',', _lines.Select(l => $"127.0.0.1:{l.Port}"));
        await StartNodesAsync(Enumerable.Repeat(new NodeSettings(redis, null, Timings), nodes));
    }

    /// <summary>The servers that are currently primaries.</summary>
    public Task<List<RedisServer>> PrimariesAsync() => _cluster!.PrimariesAsync();

    /// <summary>A replica of a primary; null if it has none.</summary>
    public async Task<RedisServer?> ReplicaOfAsync(RedisServer primary)
    {
        var line = LineOf(primary).Port.ToString(CultureInfo.InvariantCulture);
        foreach (var server in _servers.Where(s => s != primary && s.ProcessId is not null))
        {
            var role = await server.CommandAsync("ROLE");
            if (role.Contains("slave", StringComparison.Ordinal) && role.Contains(line, StringComparison.Ordinal))
                return server;
        }

        return null;
    }

    public TcpProxy LineOf(RedisServer server) => _lines[_servers.IndexOf(server)];

    public override async Task<int> JournaledAsync() =>
        (await Task.WhenAll((await PrimariesAsync()).Select(RedisSettings.JournaledAsync))).Sum();

    /// <summary>A direct connection to one server, for administrative commands.</summary>
    public static async Task<(ConnectionMultiplexer Connection, IServer Server)> ConnectAsync(RedisServer server)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync($"{server.EndPoint},allowAdmin=true,syncTimeout=10000,asyncTimeout=10000");
        return (connection, connection.GetServer(server.EndPoint));
    }

    protected override async ValueTask DisposeStoreAsync()
    {
        foreach (var line in _lines)
            await line.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    // The servers reach each other through the proxies while the Cluster is being formed, so the list is needed before it exists.
    private async Task<RedisServer> LaunchAsync(int number)
    {
        var line = new TcpProxy(() => _servers[number].Uri);
        _lines.Add(line);
        var server = await RedisSettings.StartAsync([
            .. RedisCluster.Arguments(NodeTimeout), "--cluster-announce-port", line.Port.ToString(CultureInfo.InvariantCulture),

            // A failover that a busy machine causes would lose a tail that no fault has announced.
            "--cluster-replica-no-failover", "yes",
        ]);
        _servers.Add(server);
        return server;
    }
}
