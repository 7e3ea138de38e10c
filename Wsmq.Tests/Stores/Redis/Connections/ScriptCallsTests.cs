using System.Globalization;
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
