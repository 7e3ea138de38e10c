using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Wsmq.Testing;

/// <summary>A real Redis Cluster of three shards, each with the same number of replicas.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Shards = 3;

    // On a busy machine a server may not answer for seconds.
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);

    // Replicas have to detect a failure soon, to take over by themselves.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly List<RedisServer> _servers = [];

    private RedisCluster()
    {
    }

    /// <summary>The initial primaries, then the replicas.</summary>
    public IReadOnlyList<RedisServer> Servers => _servers;

    /// <summary>All servers, for a StackExchange.Redis configuration.</summary>
    public string EndPoints => string.Join(',', _servers.Select(s => s.EndPoint));

    /// <summary>Starts a Cluster, and waits until every server serves.</summary>
    /// <param name="replicas">The number of replicas of each shard.</param>
    /// <param name="nodeTimeout">As for <see cref="Arguments"/>. By default short if there are replicas, which have to take over soon.</param>
    public static Task<RedisCluster> StartAsync(int replicas = 0, TimeSpan? nodeTimeout = null)
    {
        var arguments = Arguments(nodeTimeout ?? (replicas > 0 ? Soon : Patient));
        return StartAsync(replicas, _ => RedisServer.StartAsync(appendOnly: false, arguments));
    }

    /// <summary>Starts a Cluster, and waits until every server serves.</summary>
    /// <param name="replicas">The number of replicas of each shard.</param>
    /// <param name="start">Starts the server with this number, with <see cref="Arguments"/> among its arguments.</param>
    public static async Task<RedisCluster> StartAsync(int replicas, Func<int, Task<RedisServer>> start)
    {
        var cluster = new RedisCluster();
        try
        {
            while (cluster._servers.Count < Shards * (1 + replicas))
                cluster._servers.Add(await start(cluster._servers.Count));
            await cluster.FormAsync(replicas);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The redis-server arguments of a member.</summary>
    /// <param name="nodeTimeout">After how long without an answer the others consider a server down.</param>
    public static string[] Arguments(TimeSpan nodeTimeout) =>
    [
        "--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1",
        "--cluster-node-timeout", nodeTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
    ];

    public static async Task<bool> IsPrimaryAsync(RedisServer server) =>
        (await server.CommandAsync("ROLE")).Contains("master", StringComparison.Ordinal);

    /// <summary>The running servers that are primaries at the moment.</summary>
    public async Task<List<RedisServer>> PrimariesAsync()
    {
        List<RedisServer> primaries = [];
        foreach (var server in _servers.Where(s => s.ProcessId is not null))
        {
            if (await IsPrimaryAsync(server))
                primaries.Add(server);
        }

        return primaries;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    private async Task FormAsync(int replicas)
    {
        string[] arguments = ["--cluster", "create", .. _servers.Select(s => s.EndPoint), "--cluster-replicas", $"{replicas}", "--cluster-yes"];
        await RunCliAsync(arguments);

        // A shard joins a moment after redis-cli has asked it to, and answers CLUSTERDOWN until then. A replica counts as a further primary
        // until every server knows its role, and does not take over before it has its primary's data, some five seconds later
        // (repl-diskless-sync-delay).
        foreach (var server in _servers)
        {
            await using var connection = await AdminConnection.OpenAsync(server.EndPoint);
            var own = connection.GetServer(server.EndPoint);
            await Eventually.That("the server serves, knows all replicas, and, if it is a replica, has its primary's data", async () =>
                (await AskAsync(own, "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal)
                && (await AskAsync(own, "NODES")).Split('\n').Count(line => line.Contains("slave", StringComparison.Ordinal)) == Shards * replicas
                && !(await own.InfoRawAsync("replication"))!.Contains("master_link_status:down", StringComparison.Ordinal));
        }
    }

    private static async Task<string> AskAsync(IServer server, string what) => (string)(await server.ExecuteAsync("CLUSTER", what))!;

    private static async Task RunCliAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("redis-cli", arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException("The cluster was not created: " + output);
    }
}
