using System.Globalization;
using StackExchange.Redis;

namespace Wsmq.Testing;

/// <summary>A real Redis primary and a real replica of it, both with an append-only file. A test may pause, cut off and promote them.</summary>
public sealed class ReplicatedRedis : IAsyncDisposable
{
    // Without this a primary waits five seconds for further replicas before it starts the transfer.
    private static readonly string[] AtOnce = ["--repl-diskless-sync-delay", "0"];

    private readonly string[] _arguments;
    private readonly List<IAsyncDisposable> _replaced = [];
    private TcpProxy? _line;

    private ReplicatedRedis(string[] arguments) => _arguments = [.. AtOnce, .. arguments];

    public RedisServer Primary { get; private set; } = null!;

    public RedisServer Replica { get; private set; } = null!;

    /// <summary>Both servers, for a StackExchange.Redis configuration.</summary>
    public string Configuration => $"{Primary.EndPoint},{Replica.EndPoint}";

    /// <summary>Starts both servers, and waits until the replica has all of the primary's data.</summary>
    /// <param name="arguments">Further redis-server arguments for both.</param>
    public static Task<ReplicatedRedis> StartAsync(params string[] arguments) =>
        StartAsync(arguments, async redis => redis.Replica = await redis.LaunchReplicaAsync(redis.Primary, redis.Primary.Port));

    /// <summary>
    /// As <see cref="StartAsync(string[])"/>, with a proxy between the servers, for <see cref="HoldReplication"/> and
    /// <see cref="FailOverAsync"/>. The replica knows only the address of the proxy, so clients are to be given one server.
    /// </summary>
    public static Task<ReplicatedRedis> StartWithProxyAsync(params string[] arguments) => StartAsync(arguments, redis => redis.AddReplicaAsync());

    /// <summary>Starts a further replica, and waits until it has all of the server's data.</summary>
    public Task<RedisServer> AddReplicaOfAsync(RedisServer server) => LaunchReplicaAsync(server, server.Port);

    /// <summary>Promotes the replica; the primary is not told.</summary>
    public Task PromoteAsync() => Replica.PromoteAsync();

    /// <summary>Ends the replication: the replica keeps its data and receives no more.</summary>
    public Task CutOffAsync() => Replica.ExpectOkAsync("REPLICAOF 127.0.0.1 1");

    /// <summary>Holds the replication up, as a network partition does: what the primary stores from now on does not reach the replica.</summary>
    public void HoldReplication() => _line!.Conditions.Hold(up: true, down: true);

    /// <summary>Kills the primary and promotes the replica, which is <see cref="Primary"/> from now on.</summary>
    public async Task FailOverAsync()
    {
        await Primary.StopAsync(kill: true);
        _line!.Cut();
        await PromoteAsync();

        // Until the replacement: clients that still connect to the port of the old primary must not find another server there.
        _replaced.AddRange([_line, Primary]);
        Primary = Replica;
    }

    /// <summary>Starts a new replica after <see cref="FailOverAsync"/>, and waits until it has all of the primary's data.</summary>
    public async Task AddReplicaAsync()
    {
        foreach (var old in _replaced)
            await old.DisposeAsync();
        _replaced.Clear();
        _line = new TcpProxy(Primary.Uri);
        Replica = await LaunchReplicaAsync(Primary, _line.Port);
    }

    /// <summary>A connection to one server, which does not find the other one.</summary>
    public static Task<ConnectionMultiplexer> AdminAsync(RedisServer server) =>
        AdminConnection.OpenAsync($"{server.EndPoint},configChannel=,tiebreaker=");

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _line, Replica, Primary }.Concat(_replaced).OfType<IAsyncDisposable>().Distinct())
            await part.DisposeAsync();
    }

    private static async Task<ReplicatedRedis> StartAsync(string[] arguments, Func<ReplicatedRedis, Task> addReplica)
    {
        var redis = new ReplicatedRedis(arguments);
        try
        {
            redis.Primary = await redis.LaunchAsync();
            await addReplica(redis);
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    private Task<RedisServer> LaunchAsync(params string[] more) => RedisServer.StartAsync(appendOnly: true, [.. _arguments, .. more]);

    private async Task<RedisServer> LaunchReplicaAsync(RedisServer primary, int port)
    {
        var replica = await LaunchAsync("--replicaof", "127.0.0.1", port.ToString(CultureInfo.InvariantCulture));
        await Eventually.That("the replica has what the primary has", async () =>
            (await primary.CommandAsync("WAIT 1 100")).StartsWith(":1", StringComparison.Ordinal));
        return replica;
    }
}
