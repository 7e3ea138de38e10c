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

        // Each shard takes part a moment after redis-cli has told it to, and answers CLUSTERDOWN before.
        foreach (var server in servers)
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(server.EndPoint + ",allowAdmin=true");
            var own = connection.GetServer(server.EndPoint);
            await Eventually.That("the shard serves its slots", async () =>
                ((string)(await own.ExecuteAsync("CLUSTER", "INFO"))!).Contains("cluster_state:ok", StringComparison.Ordinal));
        }
    }

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
