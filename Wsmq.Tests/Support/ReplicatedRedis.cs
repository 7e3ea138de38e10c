using System.Globalization;
using StackExchange.Redis;

namespace Wsmq.Tests.Support;

/// <summary>A real primary and a real replica of it, which can be paused and promoted.</summary>
public sealed class ReplicatedRedis : IAsyncLifetime, IAsyncDisposable
{
    // Otherwise a replica waits for five seconds for others that might want the same data.
    private static readonly string[] AtOnce = ["--repl-diskless-sync-delay", "0"];

    private int _prefixes;

    public RedisServer Primary { get; private set; } = null!;

    public RedisServer Replica { get; private set; } = null!;

    public string Configuration => $"{Primary.EndPoint},{Replica.EndPoint}";

    public static async Task<ReplicatedRedis> StartAsync()
    {
        var redis = new ReplicatedRedis();
        await redis.InitializeAsync();
        return redis;
    }

    public string NextPrefix() => string.Create(CultureInfo.InvariantCulture, $"r{Interlocked.Increment(ref _prefixes)}");

    public async Task InitializeAsync()
    {
        Primary = await RedisServer.StartAsync(appendOnly: true, AtOnce);
        Replica = await ReplicaOfAsync(Primary);
    }

    /// <summary>Starts a further server that has all of another one's data.</summary>
    public static async Task<RedisServer> ReplicaOfAsync(RedisServer primary)
    {
        var replica = await RedisServer.StartAsync(appendOnly: true, [.. AtOnce, "--replicaof", $"127.0.0.1 {primary.Port}"]);
        await Eventually.That("the replica has what the primary has", async () =>
            (await primary.CommandAsync("WAIT 1 100")).StartsWith(":1", StringComparison.Ordinal));
        return replica;
    }

    public Task PromoteAsync() => FollowAsync("NO", "ONE");

    /// <summary>The replica keeps what it has and gets nothing more.</summary>
    public Task CutOffAsync() => FollowAsync("127.0.0.1", "1");

    private async Task FollowAsync(string host, string port)
    {
        await using var admin = await AdminAsync(Replica);
        await admin.GetServers()[0].ExecuteAsync("REPLICAOF", host, port);
    }

    public static Task<ConnectionMultiplexer> AdminAsync(RedisServer server) =>
        AdminConnection.OpenAsync($"{server.EndPoint},configChannel=,tiebreaker=");

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (Replica is not null)
            await Replica.DisposeAsync();
        if (Primary is not null)
            await Primary.DisposeAsync();
    }
}
