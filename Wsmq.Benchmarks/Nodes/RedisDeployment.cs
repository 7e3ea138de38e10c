using System.Globalization;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>One Redis, or the shards of a Redis Cluster without replicas.</summary>
internal sealed class RedisDeployment : IAsyncDisposable
{
    private const int Slots = 16384;

    private readonly List<RedisServer> _servers = [];

    public IEnumerable<RedisServer> Servers => _servers;

    /// <summary>The endpoints for a StackExchange.Redis configuration.</summary>
    public string EndPoints => string.Join(',', _servers.Select(s => s.EndPoint));

    /// <summary>Starts a server with an append-only file, synced every second.</summary>
    public static Task<RedisServer> StartServerAsync(bool cluster = false) => RedisServer.StartAsync(
        appendOnly: true,
        "--appendfsync", "everysec",

        // A rewrite of the append-only file takes a core for seconds, in an arbitrary round. A server with such a load does it in quiet
        // hours.
        "--auto-aof-rewrite-percentage", "0",
        "--cluster-enabled", cluster ? "yes" : "no",

        // Otherwise a shard that no other has met does not know its own address, and reports none to clients.
        "--cluster-announce-ip", "127.0.0.1");

    /// <summary>Starts a single server if <paramref name="shards"/> is 0, else a Cluster of this many shards.</summary>
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

    // Without redis-cli, which creates no cluster of fewer than three shards.
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

        // Each shard must know the owner of every slot before nodes query it.
        foreach (var redis in _servers)
        {
            await Eventually.That("the shard knows every slot", async () =>
                (await redis.CommandAsync("CLUSTER INFO")).Contains("cluster_state:ok", StringComparison.Ordinal));
        }
    }
}
