using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Scripts are called by their hash; their text is sent only to a server that may lack them.</summary>
public sealed class ScriptCallsTests : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    // Calls that the store makes by itself.
    private const int Others = 10;

    private RedisServer _redis = null!;
    private RedisHarness _h = null!;
    private ConnectionMultiplexer _admin = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync(appendOnly: true);
        _h = await RedisHarness.StartAsync(_redis.EndPoint, "t", new WsmqOptions());
        _admin = await AdminConnection.OpenAsync(_redis.EndPoint);
    }

    public async Task DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _h.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task The_text_of_a_script_is_sent_once_and_its_hash_for_all_further_calls()
    {
        await _h.AddAsync(Bob, "1");
        var (texts, hashes) = await CallsAsync();

        for (var i = 2; i <= 100; i++)
            await _h.AddAsync(Bob, $"{i}");

        var after = await CallsAsync();
        (after.Texts - texts).Should().BeLessThan(Others);
        (after.Hashes - hashes).Should().BeGreaterThanOrEqualTo(99);
    }

    [Fact]
    public async Task After_a_flush_of_the_scripts_the_text_is_sent_once_more_and_nothing_is_stored_twice()
    {
        await _h.AddAsync(Bob, "1");
        var (texts, _) = await CallsAsync();
        await _admin.GetServers()[0].ScriptFlushAsync();

        for (var i = 2; i <= 100; i++)
            await _h.AddAsync(Bob, $"{i}");

        ((await CallsAsync()).Texts - texts).Should().BeInRange(1, Others);
        (await TextsAsync()).Should().Equal(Enumerable.Range(1, 100).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_restarted_server_that_has_no_scripts_gets_their_text_and_stores_in_order()
    {
        await _h.AddAsync(Bob, "0");
        await _redis.StopAsync();
        await _redis.RestartAsync();
        await Eventually.That("the store answers", () => _h.Store.IsAvailableAsync(default));

        var lane = _h.Log.Appenders[_h.Log.AppenderOf(Bob)];
        var calls = Enumerable.Range(1, 20).Select(i => lane.AppendAsync([_h.New(Bob, $"{i}")], follows: i > 1, default)).ToArray();
        await Task.WhenAll(calls);

        (await TextsAsync()).Should().Equal(Enumerable.Range(0, 21).Select(i => $"{i}"));
    }

    [Fact]
    public async Task Under_flushes_of_the_scripts_every_message_is_stored_once_and_in_order()
    {
        const int messages = 600;
        await using var node = await TestNode.StartAsync(s => s.UseRedis(_redis.EndPoint));
        var sends = new List<Task>(messages);
        for (var i = 0; i < messages; i++)
        {
            sends.Add(node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse($"{i}") }));
            if (i % 50 == 0)
                await _admin.GetServers()[0].ScriptFlushAsync();
        }

        await Task.WhenAll(sends);

        var stored = await WholeLog.ReadAsync(node.Services.GetRequiredService<IStore>().MessageLog, "user:bob");
        stored.Select(StoreHarness.Text).Should().Equal(Enumerable.Range(0, messages).Select(i => $"{i}"));
    }

    private async Task<IEnumerable<string>> TextsAsync() => (await _h.ReadAsync(Bob, maxEntries: 100)).Entries.Select(StoreHarness.Text);

    /// <summary>How many scripts the server was sent as text, and by their hash.</summary>
    private async Task<(long Texts, long Hashes)> CallsAsync()
    {
        var all = (await _admin.GetServers()[0].InfoAsync("commandstats")).SelectMany(group => group).ToDictionary(p => p.Key, p => p.Value);
        return (Of("eval"), Of("evalsha"));

        long Of(string command) => all.TryGetValue("cmdstat_" + command, out var text)
            ? long.Parse(text.Split(',')[0].Split('=')[1], CultureInfo.InvariantCulture)
            : 0;
    }
}

/// <summary>Each server of a Cluster has its own scripts.</summary>
[Collection(SharedCluster.Name)]
public sealed class ClusterScriptCallsTests(SharedCluster redis)
{
    private const int Users = 30;

    [Fact]
    public async Task A_hash_is_not_sent_to_a_server_that_has_not_received_the_text()
    {
        await Task.WhenAll(redis.Servers.Select(s => s.ExpectOkAsync("SCRIPT FLUSH")));
        await using var h = await RedisHarness.StartAsync(redis.EndPoints, redis.NextPrefix(), new WsmqOptions());
        var before = await RefusedAsync();

        // The calls follow each other: one that is sent again would come after the next one, which then fails.
        for (var i = 0; i < Users; i++)
        {
            var user = WsmqAddress.User($"u{i}");
            var lane = h.Log.Appenders[h.Log.AppenderOf(user)];
            await Task.WhenAll(Enumerable.Range(0, 4).Select(k => lane.AppendAsync([h.New(user, $"{k}")], follows: k > 0, default)));
        }

        (await RefusedAsync()).Should().Equal(before);
    }

    private async Task<string[]> RefusedAsync() => await Task.WhenAll(redis.Servers.Select(async server =>
        (await server.CommandAsync("INFO errorstats")).Split('\n').FirstOrDefault(l => l.StartsWith("errorstat_NOSCRIPT:", StringComparison.Ordinal)) ?? ""));
}
