using System.Globalization;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>One Redis, or the shards of a Redis Cluster without replicas.</summary>
internal sealed class RedisDeployment : IAsyncDisposable
{
    private const int Slots = 16384;

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
        for (var i = 0; i < _servers.Count; i++)
        {
            var (from, through) = (i * Slots / _servers.Count, ((i + 1) * Slots / _servers.Count) - 1);
            await _servers[i].ExpectOkAsync(string.Create(CultureInfo.InvariantCulture, $"CLUSTER ADDSLOTSRANGE {from} {through}"));
            await _servers[i].ExpectOkAsync(string.Create(CultureInfo.InvariantCulture, $"CLUSTER SET-CONFIG-EPOCH {i + 1}"));
            if (i > 0)
                await _servers[i].ExpectOkAsync(string.Create(CultureInfo.InvariantCulture, $"CLUSTER MEET 127.0.0.1 {_servers[0].Port}"));
        }

        // Each shard has to have heard of every slot before nodes ask it.
        foreach (var redis in _servers)
        {
            await Eventually.That("the shard has heard of every slot", async () =>
                (await redis.CommandAsync("CLUSTER INFO")).Contains("cluster_state:ok", StringComparison.Ordinal));
        }
    }
}
