using System.Globalization;

namespace Wsmq.Testing;

/// <summary>
/// A real Redis primary, its replicas, and the sentinels that monitor them. A test may pause, kill and restart the servers; a killed
/// primary restarts as a primary, and stays one until the sentinels make it a replica, some ten seconds later.
/// </summary>
public sealed class SentinelRedis : IAsyncDisposable
{
    /// <summary>The sentinels' name for the primary.</summary>
    public const string ServiceName = "wsmq";

    // The failover timeout: a failed election is repeated after twice this time.
    private const int FailoverMilliseconds = 3_000;

    // Without this a primary waits five seconds for further replicas before it starts the transfer.
    private static readonly string[] ServerArguments = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];

    private readonly string[] _arguments;
    private readonly List<RedisServer> _servers = [];
    private readonly List<RedisServer> _sentinels = [];

    private SentinelRedis(string[] more) => _arguments = [.. ServerArguments, .. more];

    /// <summary>The initial primary, then its replicas.</summary>
    public IReadOnlyList<RedisServer> Servers => _servers;

    public IReadOnlyList<RedisServer> Sentinels => _sentinels;

    /// <summary>The StackExchange.Redis configuration: the sentinels, and the name of the primary.</summary>
    public string Configuration => $"{string.Join(',', _sentinels.Select(s => s.EndPoint))},serviceName={ServiceName}";

    /// <summary>Starts all servers, and waits until every sentinel knows the other sentinels and the replicas.</summary>
    /// <param name="replicas">The number of replicas.</param>
    /// <param name="sentinels">The number of sentinels; a majority decides.</param>
    /// <param name="downAfter">
    /// After how long without an answer a sentinel considers a server down. Default 2 seconds: a busy machine delays a server for a second.
    /// </param>
    /// <param name="arguments">Further redis-server arguments for the primary and the replicas.</param>
    public static async Task<SentinelRedis> StartAsync(
        int replicas = 1, int sentinels = 3, TimeSpan? downAfter = null, params string[] arguments)
    {
        var redis = new SentinelRedis(arguments);
        try
        {
            await redis.StartServersAsync(replicas);
            await redis.StartSentinelsAsync(sentinels, downAfter ?? TimeSpan.FromSeconds(2));
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server that a majority of the sentinels names as the primary; null if there is none.</summary>
    public async Task<RedisServer?> PrimaryAsync()
    {
        var answers = await Task.WhenAll(_sentinels.Select(s => s.CommandAsync($"SENTINEL GET-MASTER-ADDR-BY-NAME {ServiceName}")));
        return _servers.Find(server =>
            2 * answers.Count(a => a.Contains(server.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)) > _sentinels.Count);
    }

    /// <summary>Waits until the sentinels name another primary and it accepts writes, and returns it.</summary>
    public async Task<RedisServer> FailedOverAsync(RedisServer old)
    {
        RedisServer? primary = null;
        await Eventually.That($"the sentinels name another primary than {old.EndPoint}", async () =>
            (primary = await PrimaryAsync()) is not null && primary != old
            && (await primary.CommandAsync("ROLE")).Contains("master", StringComparison.Ordinal));
        return primary!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _sentinels.Concat(_servers))
            await server.DisposeAsync();
    }

    private async Task StartServersAsync(int replicas)
    {
        _servers.Add(await RedisServer.StartAsync(appendOnly: true, _arguments));
        for (var i = 0; i < replicas; i++)
            _servers.Add(await RedisServer.StartAsync(appendOnly: true, [.. _arguments, "--replicaof", $"127.0.0.1 {_servers[0].Port}"]));
        await Eventually.That("the replicas have what the primary has", async () =>
            (await _servers[0].CommandAsync($"WAIT {replicas} 100")).StartsWith($":{replicas}", StringComparison.Ordinal));
    }

    private async Task StartSentinelsAsync(int count, TimeSpan downAfter)
    {
        string[] settings =
        [
            $"sentinel monitor {ServiceName} 127.0.0.1 {_servers[0].Port} {(count / 2) + 1}",
            $"sentinel down-after-milliseconds {ServiceName} {downAfter.TotalMilliseconds:0}",
            $"sentinel failover-timeout {ServiceName} {FailoverMilliseconds}",
        ];
        for (var i = 0; i < count; i++)
            _sentinels.Add(await RedisServer.StartSentinelAsync(settings));
        foreach (var sentinel in _sentinels)
        {
            // A busy machine delays a sentinel for more than two seconds; it would then enter TILT mode and do nothing for half a minute.
            await sentinel.ExpectOkAsync("SENTINEL DEBUG tilt-trigger 60000");
            await Eventually.That("every sentinel knows the others and the replicas", async () =>
                await sentinel.CommandAsync($"SENTINEL MASTER {ServiceName}") is var known
                && Says(known, "num-slaves", _servers.Count - 1) && Says(known, "num-other-sentinels", count - 1));
        }
    }

    private static bool Says(string reply, string field, int value) =>
        reply.Contains(string.Create(CultureInfo.InvariantCulture, $"{field}\r\n${Digits(value)}\r\n{value}\r\n"), StringComparison.Ordinal);

    private static int Digits(int value) => value.ToString(CultureInfo.InvariantCulture).Length;
}
