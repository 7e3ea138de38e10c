using System.Diagnostics;
using StackExchange.Redis;

namespace Wsmq.Testing;

/// <summary>Makes a Redis Cluster of servers that were started with <c>--cluster-enabled yes</c>.</summary>
public static class RedisShards
{
    /// <summary>Forms the Cluster, the first servers being the shards and the rest their replicas, and waits until every server serves.</summary>
    /// <param name="servers">The servers.</param>
    /// <param name="replicas">Replicas of each shard.</param>
    public static async Task FormAsync(IReadOnlyList<RedisServer> servers, int replicas = 0)
    {
        string[] arguments = ["--cluster", "create", .. servers.Select(s => s.EndPoint), "--cluster-replicas", $"{replicas}", "--cluster-yes"];
        await RunCliAsync(arguments);

        // Each shard takes part a moment after redis-cli has told it to, and answers CLUSTERDOWN before. A replica counts as one more
        // primary until every server has heard that it is none, and does not take over before it has its primary's data, which comes
        // some five seconds later (repl-diskless-sync-delay).
        var shards = servers.Count / (1 + replicas);
        foreach (var server in servers)
        {
            await using var connection = await AdminConnection.OpenAsync(server.EndPoint);
            var own = connection.GetServer(server.EndPoint);
            await Eventually.That("the shard serves its slots, knows who is a replica, and has its primary's data where it is one", async () =>
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
            throw new InvalidOperationException("The cluster was not made: " + output);
    }
}
