using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Scans the keys of the deployment with SCAN, server by server. A cursor of SCAN belongs to one run of one server: what is passed back names
/// that server, and after its restart or failover the scan begins again there. The servers of a Cluster come in the order of their first
/// buckets, which a failover does not change.
/// </summary>
internal sealed class RedisKeyScan(RedisConnections connections, RedisKeys keys)
{
    private const int MostCalls = 40;
    private const int MostKeysInACall = 1_000;
    private const int FewestKeysInACall = 50;
    private const int IdLength = 12;

    /// <summary>One step; returns the keys that match.</summary>
    public async Task<StorePage<string>> StepAsync(string pattern, string? next, int max, CancellationToken cancellationToken)
    {
        var at = Cursor.Parse(next);
        var (found, scanned) = (new List<string>(), 0L);
        for (var calls = 0; calls < MostCalls && found.Count < max; calls++)
        {
            var servers = Servers();
            if (Array.FindLast(servers, s => s.First <= at.Bucket) is not { Server: { } server } current)
                throw new WsmqException(WsmqErrors.StoreUnavailable);
            if (calls == 0 && await IdOfAsync(server, cancellationToken) is var id && id != at.Id)
                at = new Cursor(current.First, id, "0");

            // While nothing matches, each call looks at more.
            var count = found.Count == 0 && calls > 0 ? MostKeysInACall : Math.Clamp(max - found.Count, FewestKeysInACall, MostKeysInACall);
            var (after, some) = await ScanAsync(server, at.Place, pattern, count, cancellationToken);
            scanned += count;
            found.AddRange(some);
            at = at with { Place = after };
            if (after != "0")
                continue;
            if (Array.Find(servers, s => s.First > current.First) is not { Server: { } following } then)
                return new StorePage<string>(found, null, scanned);
            at = new Cursor(then.First, await IdOfAsync(following, cancellationToken), "0");
        }

        return new StorePage<string>(found, at.ToString(), scanned);
    }

    private Task<(string Next, string[] Keys)> ScanAsync(
        IServer server, string place, string pattern, int count, CancellationToken cancellationToken) => RedisErrors.GuardAsync(
        async () =>
        {
            object[] arguments = [place, "MATCH", pattern, "COUNT", count];
            var reply = (RedisResult[])(await server.ExecuteAsync(
                connections.Database.Database, "SCAN", arguments, CommandFlags.DemandMaster))!;
            return ((string)reply[0]!, (string[])reply[1]!);
        },
        cancellationToken);

    // Without INFO, which some managed services lack, a restart under the same address is not noticed.
    private static async Task<string> IdOfAsync(IServer server, CancellationToken cancellationToken)
    {
        var info = await RedisErrors.GuardAsync(
            async () =>
            {
                try
                {
                    return await server.InfoRawAsync("server") ?? string.Empty;
                }
                catch (Exception e) when (e is RedisCommandException or RedisServerException)
                {
                    return string.Empty;
                }
            },
            cancellationToken);
        var run = info.Split('\n').FirstOrDefault(line => line.StartsWith("run_id:", StringComparison.Ordinal))?.Trim();

        // Hashed, because operators need not know where the servers are.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(run ?? RedisConnections.Format(server.EndPoint)));
        return Convert.ToHexStringLower(hash)[..IdLength];
    }

    /// <summary>The primaries, each with its first bucket.</summary>
    private (int First, IServer? Server)[] Servers()
    {
        var found = new Dictionary<EndPoint, (int, IServer?)>();
        var buckets = connections.IsCluster ? keys.Buckets : 1;
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            var server = ServerOf(bucket);
            found.TryAdd(server.EndPoint, (bucket, server));
        }

        return [.. found.Values.OrderBy(s => s.Item1)];
    }

    private IServer ServerOf(int bucket)
    {
        try
        {
            return connections.Commands.GetServer(keys.DeadReaders(bucket), flags: CommandFlags.DemandMaster);
        }
        catch (Exception e) when (e is RedisException or ArgumentException or InvalidOperationException)
        {
            // Not connected at the moment.
            throw new WsmqException(WsmqErrors.StoreUnavailable, innerException: e);
        }
    }

    /// <param name="Bucket">The first bucket of the server.</param>
    /// <param name="Id">The server.</param>
    /// <param name="Place">Its cursor.</param>
    private sealed record Cursor(int Bucket, string Id, string Place)
    {
        public static Cursor Parse(string? text)
        {
            if (text is null)
                return new Cursor(0, string.Empty, "0");
            var parts = text.Split('.');
            return parts.Length == 3 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var bucket)
                && ulong.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? new Cursor(bucket, parts[1], parts[2])
                : throw new WsmqException(WsmqErrors.InvalidMessage, "next is not what the last page has returned");
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bucket}.{Id}.{Place}");
    }
}
