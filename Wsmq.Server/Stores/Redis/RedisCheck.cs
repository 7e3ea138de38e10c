using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Checks at start whether the servers can store messages safely: version, eviction, persistence, permissions, replicas.</summary>
internal sealed class RedisCheck(RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqRedisOptions options, ILogger logger)
{
    private static readonly Version Oldest = new(7, 0);

    /// <summary>Runs the checks. Returns the lowest memory limit of a primary, in bytes; null if none has a limit.</summary>
    public async Task<long?> RunAsync()
    {
        long? least = null;
        await CheckPermissionsAsync();
        foreach (var server in connections.Commands.GetServers().Where(s => s is { IsConnected: true, IsReplica: false }))
        {
            var info = await InfoAsync(server);
            CheckVersion(info.GetValueOrDefault("redis_version"));
            CheckEviction(server, info.GetValueOrDefault("maxmemory_policy") ?? await ConfigAsync(server, "maxmemory-policy"));
            if ((info.GetValueOrDefault("aof_enabled") ?? await ConfigAsync(server, "appendonly")) is "0" or "no")
                Log.RedisWithoutAppendOnlyFile(logger);
            if (long.TryParse(info.GetValueOrDefault("maxmemory") ?? await ConfigAsync(server, "maxmemory"), CultureInfo.InvariantCulture, out var memory) && memory > 0)
                least = Math.Min(least ?? memory, memory);
            CheckReplicas(server, info.GetValueOrDefault("connected_slaves"));
        }

        await CheckLayoutAsync();
        return least;
    }

    // Some managed Redis services do not support INFO, or omit fields from it.
    private async Task<IReadOnlyDictionary<string, string>> InfoAsync(IServer server)
    {
        try
        {
            return (await server.InfoAsync()).SelectMany(g => g).GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.First().Value);
        }
        catch (Exception e) when (IsUnknown(e))
        {
            Log.RedisInfoRefused(logger, RedisConnections.Format(server.EndPoint), e.Message);
            return new Dictionary<string, string>();
        }
    }

    // CONFIG is not among the required permissions: it is queried only if INFO lacks the value.
    private static async Task<string?> ConfigAsync(IServer server, string setting)
    {
        try
        {
            return (await server.ConfigGetAsync(setting)).Select(p => p.Value).FirstOrDefault();
        }
        catch (Exception e) when (IsUnknown(e) || (e is RedisServerException denied && RedisErrors.IsDenied(denied)))
        {
            return null;
        }
    }

    private static bool IsUnknown(Exception e) =>
        e is RedisCommandException || (e is RedisServerException && e.Message.StartsWith("ERR", StringComparison.Ordinal));

    // Checked at start: while the app runs, a missing permission would look like an unavailable store.
    private async Task CheckPermissionsAsync()
    {
        var lane = lanes[0].Keys;
        RedisResult? denied = null;

        // Both commands that send scripts: EVAL and EVALSHA.
        foreach (var flags in new[] { CommandFlags.NoScriptCache, CommandFlags.None })
        {
            denied = await connections.Database.ScriptEvaluateAsync(
                RedisScript.Permissions, [lane.Spare], [lanes.PublishCommand, lane.Channel], flags | CommandFlags.DemandMaster);
        }

        await connections.Database.PingAsync();
        if ((string?)denied is { Length: > 0 } names)
            throw new InvalidOperationException(RedisErrors.Denied(names));
        if (options.ReceiptReplicas > 0)
            await connections.Replicas.GetServer(lane.Batch, flags: CommandFlags.DemandMaster).ExecuteAsync("WAIT", 0, 1);
    }

    private static void CheckVersion(string? text)
    {
        if (Version.TryParse(text, out var version) && version < Oldest)
            throw new InvalidOperationException($"Redis {version} is too old: wsmq needs {Oldest} or later.");
    }

    private void CheckEviction(IServer server, string? policy)
    {
        if (policy is null)
            Log.RedisEvictionUnknown(logger, RedisConnections.Format(server.EndPoint));
        else if (policy != "noeviction")
        {
            throw new InvalidOperationException(
                $"Redis evicts keys when its memory is full (maxmemory-policy {policy}), which would drop messages silently: "
                + "set 'maxmemory-policy noeviction' in redis.conf, or run 'redis-cli config set maxmemory-policy noeviction'.");
        }
    }

    private void CheckReplicas(IServer server, string? connected)
    {
        if (int.TryParse(connected, CultureInfo.InvariantCulture, out var count) && count < options.ReceiptReplicas)
            Log.TooFewReplicas(logger, RedisConnections.Format(server.EndPoint), count, options.ReceiptReplicas);
    }

    // Without a number in the options a deployment keeps the one that it was set up with.
    private async Task CheckLayoutAsync()
    {
        var mine = options.Buckets ?? (connections.IsCluster ? WsmqRedisOptions.ClusterBuckets : WsmqRedisOptions.UsualBuckets);
        var database = connections.Database;
        await database.HashSetAsync(keys.Layout, "buckets", mine, When.NotExists);
        var text = (string?)await database.HashGetAsync(keys.Layout, "buckets", CommandFlags.DemandMaster);
        if (!int.TryParse(text, CultureInfo.InvariantCulture, out var kept) || kept < 1 || (options.Buckets is not null && kept != mine))
        {
            throw new InvalidOperationException(
                $"This key prefix was set up with {text} buckets, and the app asks for {mine}: with another number it would not find "
                + "the existing logs. Set WsmqRedisOptions.Buckets back, or use another WsmqRedisOptions.KeyPrefix.");
        }

        if (kept != keys.Buckets)
            lanes.Adopt(kept);
    }
}
