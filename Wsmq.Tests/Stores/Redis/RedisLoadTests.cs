using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.SignalR.Client;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Stores;

/// <summary>
/// Redis runs one command at a time, so all users wait for the calls of one: each script must do little work, whatever the size of the
/// logs. The test counts the commands that the scripts run, because times mean little on a busy machine; they are only written out.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class RedisLoadTests(ITestOutputHelper output)
{
    private const string Prefix = "load";
    private const int LargeBytes = 250_000;
    private const int Large = 250;
    private const int Small = 100_000;
    private const int Groups = 10;
    private const int Connections = 20;
    private const int Times = 3;

    // Each command takes about two microseconds, and copies what it returns.
    private const int MostCommands = 2_500;
    private const int MostBytesAtOnce = 1024 * 1024;
    private const int MostEntriesAtOnce = 64;

    // The median of all scripts: a machine that is busy with other work delays single ones for longer.
    private const int MostMicroseconds = 10_000;

    private static readonly RedisKeys Keys = new(Prefix, 64);
    private static readonly WsmqAddress OfLarge = WsmqAddress.User("mallory");
    private static readonly WsmqAddress OfSmall = WsmqAddress.User("eve");

    [Fact]
    public async Task Scripts_for_the_calls_of_one_user_stay_small_whatever_the_size_of_the_logs()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: false, "--slowlog-log-slower-than", "1000", "--slowlog-max-len", "10000");
        await using var admin = await ReplicatedRedis.AdminAsync(redis);
        var server = admin.GetServers()[0];
        await using var node = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint, o => o.KeyPrefix = Prefix), o =>
        {
            // CachedEntriesPerAddress is 0: each read is a call of the store.
            (o.Delivery.CachedEntriesPerAddress, o.Delivery.MaxInFlightMessages, o.Delivery.AckGrace) = (0, 8, TimeSpan.FromMilliseconds(1));
            (o.Limits.ConnectionsPerUser, o.Limits.PendingConnectionsPerUser, o.Limits.UserResumesPerSecond) = (2 * Connections, 2 * Connections, 0);
        });
        await PhaseAsync(server, $"{Large} messages of {LargeBytes / 1000} KB are stored", () => SendAsync(node, OfLarge, Large, new string('x', LargeBytes), atATime: 8));
        await PhaseAsync(server, $"{Small} small messages are stored", () => SendAsync(node, OfSmall, Small, "x", atATime: 5_000));
        for (var i = 0; i < Groups; i++)
        {
            await node.Groups.AddToGroupAsync("mallory", $"g{i}");
            await SendAsync(node, WsmqAddress.Group($"g{i}"), 2, new string('x', LargeBytes), atATime: 2);
        }

        await using var monitor = await RedisMonitor.StartAsync(redis);
        await using var ofLarge = await MeasuredAsync(
            server, $"{Connections} clients connect and read the large messages", () => ClientsAsync(node, OfLarge));
        await using var ofSmall = await MeasuredAsync(
            server, $"{Connections} clients connect and read the small messages", () => ClientsAsync(node, OfSmall));
        await PhaseAsync(server, "long logs are read repeatedly", () =>
            Task.WhenAll(ofLarge.AgainAsync("Resume", WsmqPosition.Start.ToString()), ofSmall.AgainAsync("Resume", WsmqPosition.Start.ToString())));
        await PhaseAsync(server, "nacks of the same message", () => ofLarge.AgainAsync("Nack", ofLarge.First, "odd"));
        var end = (await node.Publisher.SendAsync(OfSmall, "end")).Position;
        await PhaseAsync(server, "everything is acknowledged at once, and removed", async () =>
        {
            await ofSmall.AgainAsync("Ack", end);
            await Eventually.That("the log is empty", async () =>
            {
                await ofSmall.AgainAsync("Resume", WsmqPosition.Start.ToString());
                return await admin.GetDatabase().StreamLengthAsync(Keys.Log(OfSmall)) == 0;
            });
        });

        await monitor.SeesAllAsync(redis);
        Judge(monitor.Scripts, WsmqPosition.Parse(end).Next());
    }

    private void Judge(IReadOnlyList<IReadOnlyList<string[]>> scripts, WsmqPosition acknowledged)
    {
        var all = scripts.SelectMany(s => s).ToLookup(command => command[0].ToUpperInvariant());
        var (most, ranges, removals) = (scripts.Max(s => s.Count), all["XRANGE"].ToArray(), all["XTRIM"].Where(r => r.Contains($"{acknowledged.Value}")).ToArray());
        output.WriteLine($"{scripts.Count} scripts and commands; at most {most} commands in a script; {ranges.Length} ranges, {removals.Length} removals");
        most.Should().BeLessThan(MostCommands);
        ranges.Should().HaveCountGreaterThan(Connections).And.OnlyContain(r => r[4] == "COUNT");
        ranges.Max(r => int.Parse(r[5], null)).Should().BeLessThanOrEqualTo(MostEntriesAtOnce);
        ranges.Where(r => r[1] != Keys.Log(OfSmall)).Max(r => int.Parse(r[5], null) * LargeBytes).Should().BeLessThanOrEqualTo(MostBytesAtOnce, "what a range returns is copied");
        removals.Should().NotBeEmpty();
        removals[0].Should().Contain("LIMIT", "a long log is removed in parts");
    }

    private static async Task SendAsync(TestNode node, WsmqAddress to, int count, string body, int atATime)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(atATime))
            await Task.WhenAll(some.Select(_ => node.Publisher.SendAsync(to, body)));
    }

    private static async Task<Clients> ClientsAsync(TestNode node, WsmqAddress user)
    {
        var clients = new Clients(user, await Task.WhenAll(Enumerable.Range(0, Connections).Select(
            i => PlainClient.ConnectAsync(node, user.Name, $"d{i % 4}", ack: false))));
        await Eventually.That("each client reads", () => clients.All.All(c => c.Received.Any(d => d.Source == user.ToString())));
        return clients;
    }

    private Task PhaseAsync(IServer server, string name, Func<Task> work) => MeasuredAsync(server, name, async () =>
    {
        await work();
        return true;
    });

    private async Task<T> MeasuredAsync<T>(IServer server, string name, Func<Task<T>> work)
    {
        await server.ConfigResetStatisticsAsync();
        await server.SlowlogResetAsync();
        var watch = Stopwatch.StartNew();
        var result = await work();
        var took = watch.Elapsed;
        var slow = (await server.SlowlogGetAsync(10_000)).Where(s => ((string)s.Arguments[0]!).StartsWith("EVAL", StringComparison.OrdinalIgnoreCase)).ToArray();
        var percentiles = (await server.InfoRawAsync("latencystats"))!.Split('\n').First(l => l.Contains("_evalsha:", StringComparison.Ordinal)).Trim();
        output.WriteLine($"{name}: {took.TotalSeconds:0.0} s; scripts of more than 10 ms: {slow.Count(s => s.Duration.TotalMilliseconds > 10)}, "
            + $"longest {slow.Select(s => s.Duration.TotalMilliseconds).DefaultIfEmpty().Max():0.0} ms; {percentiles}");
        double.Parse(percentiles.Split("p50=")[1].Split(',')[0], CultureInfo.InvariantCulture).Should().BeLessThan(MostMicroseconds, name);
        return result;
    }

    private sealed class Clients(WsmqAddress user, PlainClient[] all) : IAsyncDisposable
    {
        public PlainClient[] All => all;

        public string First => all[0].Received.First(d => d.Source == user.ToString()).Position;

        /// <summary>Every client makes the call several times; the clients run concurrently.</summary>
        public Task AgainAsync(string method, params object[] arguments) => Task.WhenAll(all.Select(async client =>
        {
            for (var i = 0; i < Times; i++)
                await client.Connection.InvokeCoreAsync<object?>(method, [user.ToString(), .. arguments]);
        }));

        public async ValueTask DisposeAsync()
        {
            foreach (var client in all)
                await client.DisposeAsync();
        }
    }
}
