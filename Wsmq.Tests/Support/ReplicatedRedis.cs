using System.Globalization;
using StackExchange.Redis;

namespace Wsmq.Tests.Support;

/// <summary>A real Redis primary and a real replica of it, which tests can pause and promote.</summary>
public sealed class ReplicatedRedis : IAsyncLifetime, IAsyncDisposable
{
    // Without this a primary waits five seconds for further replicas before it starts the transfer.
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

    /// <summary>Starts a further replica, and waits until it has all of the primary's data.</summary>
    public static async Task<RedisServer> ReplicaOfAsync(RedisServer primary)
    {
        var replica = await RedisServer.StartAsync(appendOnly: true, [.. AtOnce, "--replicaof", $"127.0.0.1 {primary.Port}"]);
        await Eventually.That("the replica has what the primary has", async () =>
            (await primary.CommandAsync("WAIT 1 100")).StartsWith(":1", StringComparison.Ordinal));
        return replica;
    }

    public Task PromoteAsync() => FollowAsync("NO", "ONE");

    /// <summary>Stops the replication: the replica keeps its data and receives no more.</summary>
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
