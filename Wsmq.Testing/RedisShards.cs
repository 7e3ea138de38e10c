using System.Diagnostics;
using StackExchange.Redis;

namespace Wsmq.Testing;

/// <summary>Creates a Redis Cluster of servers that were started with <c>--cluster-enabled yes</c>.</summary>
public static class RedisShards
{
    /// <summary>
    /// Creates the Cluster and waits until every server serves. The first servers become the shards, the others their replicas.
    /// </summary>
    /// <param name="servers">The servers.</param>
    /// <param name="replicas">The number of replicas per shard.</param>
    public static async Task FormAsync(IReadOnlyList<RedisServer> servers, int replicas = 0)
    {
        string[] arguments = ["--cluster", "create", .. servers.Select(s => s.EndPoint), "--cluster-replicas", $"{replicas}", "--cluster-yes"];
        await RunCliAsync(arguments);

        // A shard joins a moment after redis-cli has asked it to, and answers CLUSTERDOWN until then. A replica counts as a further primary
        // until every server knows its role, and does not take over before it has its primary's data, some five seconds later
        // (repl-diskless-sync-delay).
        var shards = servers.Count / (1 + replicas);
        foreach (var server in servers)
        {
            await using var connection = await AdminConnection.OpenAsync(server.EndPoint);
            var own = connection.GetServer(server.EndPoint);
            await Eventually.That("the server serves, knows all replicas, and, if it is a replica, has its primary's data", async () =>
                (await AskAsync(own, "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal)
                && (await AskAsync(own, "NODES")).Split('\n').Count(line => line.Contains("slave ", StringComparison.Ordinal)) == shards * replicas
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
