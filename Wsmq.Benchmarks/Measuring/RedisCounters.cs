using System.Globalization;
using StackExchange.Redis;
using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>The counters of Redis since its start, summed over the shards.</summary>
internal sealed record RedisCounters(Dictionary<string, long> Calls, long BytesIn, long BytesOut)
{
    // Commands that the drivers and this reader send for themselves.
    private static readonly HashSet<string> Own = ["info", "ping", "echo", "config", "client", "hello", "cluster", "select", "command", "auth"];

    private static readonly HashSet<string> ScriptNames = ["eval", "evalsha", "evalsha_ro", "eval_ro", "fcall"];
    private static readonly HashSet<string> PublishNames = ["publish", "spublish"];

    public static async Task<RedisCounters> ReadAsync(RedisDeployment redis)
    {
        var (calls, bytesIn, bytesOut) = (new Dictionary<string, long>(), 0L, 0L);
        foreach (var server in redis.Servers)
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(server.EndPoint + ",allowAdmin=true");
            var one = connection.GetServer(server.EndPoint);
            foreach (var (key, value) in (await one.InfoAsync("commandstats")).SelectMany(g => g))
            {
                // cmdstat_xadd: calls=3,usec=…; a subcommand is listed as client|setinfo.
                var name = key["cmdstat_".Length..].Split('|')[0];
                if (!Own.Contains(name))
                    calls[name] = calls.GetValueOrDefault(name) + long.Parse(value.Split(',')[0]["calls=".Length..], CultureInfo.InvariantCulture);
            }

            var stats = (await one.InfoAsync("stats")).SelectMany(g => g).ToDictionary();
            bytesIn += long.Parse(stats["total_net_input_bytes"], CultureInfo.InvariantCulture);
            bytesOut += long.Parse(stats["total_net_output_bytes"], CultureInfo.InvariantCulture);
        }

        return new RedisCounters(calls, bytesIn, bytesOut);
    }

    public static RedisCounters operator -(RedisCounters a, RedisCounters b) => new(
        a.Calls.ToDictionary(c => c.Key, c => c.Value - b.Calls.GetValueOrDefault(c.Key)), a.BytesIn - b.BytesIn, a.BytesOut - b.BytesOut);

    /// <summary>Scripts that were called by clients.</summary>
    public long Scripts => Sum(ScriptNames.Contains);

    /// <summary>Published signals, mostly from within scripts.</summary>
    public long Published => Sum(PublishNames.Contains);

    /// <summary>All other commands, nearly all from within scripts.</summary>
    public long Commands => Sum(name => !ScriptNames.Contains(name) && !PublishNames.Contains(name));

    public string Detail(long messages) => string.Join(", ", Calls.Where(c => c.Value * 100 >= messages).OrderByDescending(c => c.Value)
        .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {(double)c.Value / messages:F2}")));

    private long Sum(Func<string, bool> which) => Calls.Where(c => which(c.Key)).Sum(c => c.Value);
}
