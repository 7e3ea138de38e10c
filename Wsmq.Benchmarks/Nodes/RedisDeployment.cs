using System.Globalization;
using StackExchange.Redis;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>One Redis, or the shards of a Redis Cluster without replicas.</summary>
internal sealed class RedisDeployment : IAsyncDisposable
{
    private const int Slots = 16384;
    private static readonly TimeSpan FormLimit = TimeSpan.FromSeconds(30);

    private readonly List<RedisServer> _servers = [];

    public IEnumerable<RedisServer> Servers => _servers;

    /// <summary>For a StackExchange.Redis configuration.</summary>
    public string EndPoints => string.Join(',', _servers.Select(s => s.EndPoint));

    /// <summary>Starts a server with AOF and everysec.</summary>
    public static Task<RedisServer> StartServerAsync(bool cluster = false) => RedisServer.StartAsync(
        appendOnly: true,
        "--appendfsync", "everysec",

        // A rewrite of the file takes a core for seconds, in whatever round it happens to begin; a server for such a load has it
        // done in quiet hours.
        "--auto-aof-rewrite-percentage", "0",
        "--cluster-enabled", cluster ? "yes" : "no",

        // A shard that nobody ever met does not know its own address, and names none to clients.
        "--cluster-announce-ip", "127.0.0.1");

    /// <summary>Starts a single server where <paramref name="shards"/> is 0, and else a Cluster of so many shards.</summary>
    public static async Task<RedisDeployment> StartAsync(int shards)
    {
        var deployment = new RedisDeployment();
        try
        {
            for (var i = 0; i < Math.Max(shards, 1); i++)
                deployment._servers.Add(await StartServerAsync(cluster: shards > 0));
            if (shards > 0)
                await deployment.FormAsync();
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    // By hand, because redis-cli makes no cluster of less than three.
    private async Task FormAsync()
    {
        var first = _servers[0].EndPoint.Split(':');
        for (var i = 0; i < _servers.Count; i++)
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(_servers[i].EndPoint + ",allowAdmin=true");
            var server = connection.GetServers().Single(s => s.EndPoint.ToString()!.EndsWith(_servers[i].EndPoint.Split(':')[1], StringComparison.Ordinal));
            var (from, through) = (i * Slots / _servers.Count, ((i + 1) * Slots / _servers.Count) - 1);
            await server.ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", from.ToString(CultureInfo.InvariantCulture), through.ToString(CultureInfo.InvariantCulture));
            await server.ExecuteAsync("CLUSTER", "SET-CONFIG-EPOCH", (i + 1).ToString(CultureInfo.InvariantCulture));
            if (i > 0)
                await server.ExecuteAsync("CLUSTER", "MEET", first[0], first[1]);
        }

        // Each shard has to have heard of every slot before nodes ask it.
        using var limit = new CancellationTokenSource(FormLimit);
        foreach (var redis in _servers)
        {
            while (!await ServesAsync(redis))
                await Task.Delay(100, limit.Token);
        }
    }

    private static async Task<bool> ServesAsync(RedisServer redis)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.EndPoint + ",allowAdmin=true");
        var port = redis.EndPoint.Split(':')[1];
        var server = connection.GetServers().First(s => s.EndPoint.ToString()!.EndsWith(port, StringComparison.Ordinal));
        return ((string)(await server.ExecuteAsync("CLUSTER", "INFO"))!).Contains("cluster_state:ok", StringComparison.Ordinal);
    }
}
