using System.Globalization;
using StackExchange.Redis;
using Wsmq.Faults.Nodes;
using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>
/// Three shards with a replica each. Each server announces the address of its own proxy, through which nodes and replicas reach it.
/// </summary>
internal sealed class RedisClusterStore(string folder, Timings timings) : Deployment(folder, timings)
{
    private const int Shards = 3;

    // Long, because a failover on a busy machine would lose a tail that no fault has announced. But the other masters vote for a replica of
    // the same shard again only after twice this time, even if a fault requests it.
    private const string NodeTimeout = "8000";

    private readonly List<TcpProxy> _lines = [];
    private readonly List<RedisServer> _servers = [];

    public override string Name => StoreName.Cluster;

    public override IReadOnlyList<TcpProxy> Lines => _lines;

    public IReadOnlyList<RedisServer> Servers => _servers;

    public override async Task StartAsync(int nodes)
    {
        while (_servers.Count < 2 * Shards)
        {
            var number = _servers.Count;
            var line = new TcpProxy(() => _servers[number].Uri);
            _lines.Add(line);
            _servers.Add(await RedisSettings.StartAsync(
                "--cluster-enabled", "yes", "--cluster-node-timeout", NodeTimeout, "--cluster-announce-ip", "127.0.0.1",
                "--cluster-announce-port", line.Port.ToString(CultureInfo.InvariantCulture)));
        }

        await RedisShards.FormAsync(_servers, replicas: 1);
        var redis = string.Join(',', _lines.Select(l => $"127.0.0.1:{l.Port}"));
        await StartNodesAsync(Enumerable.Repeat(new NodeSettings(redis, null, Timings), nodes));
    }

    /// <summary>The servers that are currently masters.</summary>
    public async Task<List<RedisServer>> MastersAsync()
    {
        List<RedisServer> masters = [];
        foreach (var server in _servers.Where(s => s.ProcessId is not null))
        {
            if (await IsMasterAsync(server))
                masters.Add(server);
        }

        return masters;
    }

    /// <summary>A replica of a master; null if it has none.</summary>
    public async Task<RedisServer?> ReplicaOfAsync(RedisServer master)
    {
        foreach (var server in _servers.Where(s => s != master && s.ProcessId is not null))
        {
            var role = await server.CommandAsync("ROLE");
            if (role.Contains("slave", StringComparison.Ordinal) && role.Contains(LineOf(master).Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
                return server;
        }

        return null;
    }

    public static async Task<bool> IsMasterAsync(RedisServer server) =>
        (await server.CommandAsync("ROLE")).Contains("master", StringComparison.Ordinal);

    public TcpProxy LineOf(RedisServer server) => _lines[_servers.IndexOf(server)];

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
        foreach (var server in _servers)
            await server.DisposeAsync();
    }
}
