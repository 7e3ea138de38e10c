using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>What the removal of expired entries needs in Redis, what it frees, and what damage of its keys does.</summary>
[Collection(SharedRedis.Name)]
public sealed class RedisExpiryTests(SharedRedis redis) : IAsyncLifetime
{
    private const long Briefly = 1_000;
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob smith");
    private static readonly WsmqAddress Eve = WsmqAddress.User("eve");

    private readonly string _prefix = redis.NextPrefix();
    private ConnectionMultiplexer _admin = null!;
    private RedisHarness _store = null!;

    private IDatabase Redis => _admin.GetDatabase();

    private RedisKeys Keys => new(_prefix, 64);

    private string EndsOfLane => $"{_prefix}:{{0}}:ends";

    public async Task InitializeAsync()
    {
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        _store = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions { Delivery = { AckGrace = TimeSpan.Zero } });
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _admin.DisposeAsync();
    }

    [Fact]
    public async Task Only_messages_with_a_time_to_live_have_keys_of_their_own_and_neighbours_are_one_range()
    {
        await _store.AppendAsync(_store.New(Bob), Lasting(Bob, TimeSpan.FromDays(3_650).Micros()));
        Names().Should().NotContain(k => k.Contains(":ends") || k.Contains(":gone"), "retention removes it before");

        for (var i = 0; i < 20; i++)
            await _store.AppendAsync([.. Enumerable.Range(0, 100).Select(_ => Lasting(Bob, Briefly))]);
        Names().Should().Contain([Ends(Bob), EndsOfLane]);
        await RemoveAsync(2_000);

        Names().Should().NotContain(k => k.Contains(":ends"));
        (await Redis.SortedSetLengthAsync(Gone(Bob))).Should().Be(1);
        (await Redis.KeyTimeToLiveAsync(Gone(Bob))).Should().BePositive();
        (await Redis.StreamLengthAsync(Keys.Log(Bob))).Should().Be(2);
        (await Redis.HashExistsAsync(Keys.Meta(Bob), "h")).Should().BeTrue();
    }

    [Fact]
    public async Task The_memory_of_expired_entries_is_freed_although_one_before_them_stays()
    {
        var body = new string('x', 10_000);
        await _store.AppendAsync(_store.New(Bob, body));
        for (var i = 0; i < 10; i++)
            await _store.AppendAsync(Lasting(Bob, Briefly, body), _store.New(Bob, "small"));
        var before = await BytesAsync();

        await RemoveAsync(10);

        (await BytesAsync()).Should().BeLessThan(before - 90_000);
    }

    [Fact]
    public async Task Ends_are_no_more_than_the_entries_that_a_log_may_have()
    {
        await using var store = await RedisHarness.StartAsync(
            redis.Server.EndPoint, _prefix, new WsmqOptions { Retention = { MaxCount = 10 }, Delivery = { AckGrace = TimeSpan.Zero } });
        for (var i = 0; i < 50; i++)
            await store.AppendAsync(store.New(Bob) with { Log = new LogTerms { Life = TimeSpan.FromHours(1).Micros() + i } });

        var ends = await Redis.SortedSetRangeByRankAsync(Ends(Bob));

        ends.Select(e => (string)e!).Should().Equal((await store.PositionsAsync(Bob)).Select(p => p.ToString()));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("ends")]
    public async Task A_foreign_key_fails_neither_the_messages_of_its_address_nor_another_address(string kind)
    {
        var key = kind == "gone" ? Gone(Bob) : Ends(Bob);
        await Redis.StringSetAsync(key, "foreign");
        var results = await _store.AppendAsync(Lasting(Bob, Briefly), _store.New(Bob), Lasting(Eve, Briefly), _store.New(Eve));
        results.Should().OnlyContain(r => r.IsStored && !r.Duplicate);

        (await RemoveAsync(1)).Single().Source.Should().Be(Eve);

        (await _store.ReadAsync(Bob)).Entries.Select(e => e.IsGone).Should().Equal(false, false);
        (await _store.ReadAsync(Eve)).Entries.Select(e => e.IsGone).Should().Equal(true, false);
        (await _store.Store.Delayed.DueAsync(0, default)).HasExpired.Should().BeFalse("it is left alone for a while");
    }

    [Fact]
    public async Task A_foreign_key_in_place_of_the_ends_of_the_lane_keeps_nothing_from_being_stored_or_due()
    {
        await Redis.StringSetAsync(EndsOfLane, "foreign");
        (await _store.AppendAsync(Lasting(Bob, Briefly), _store.New(Bob) with { Delay = new DelayTerms { Delay = 1 } }))
            .Should().OnlyContain(r => r.IsStored);
        await Eventually.That("the other one is due", async () => (await _store.Store.Delayed.DueAsync(0, default)).Messages.Count == 1);
    }

    [Fact]
    public async Task Foreign_members_are_dropped_and_a_corrupt_entry_stays_as_such()
    {
        var p = (await _store.AppendAsync(_store.New(Bob), Lasting(Bob, Briefly), _store.New(Bob))).Select(r => r.Position).ToArray();
        await Redis.SortedSetAddAsync(EndsOfLane, [new SortedSetEntry("nonsense", 1), new SortedSetEntry(Log(WsmqAddress.User("nobody")), 1)]);
        await Redis.SortedSetAddAsync(Ends(Bob), [new SortedSetEntry("nonsense", 1), new SortedSetEntry(p[2].Next().ToString(), 2)]);
        await Redis.StreamAddAsync(Keys.Log(Eve), "x", "y", $"{p[0].Value}-0");
        await Redis.SortedSetAddAsync(Ends(Eve), p[0].ToString(), 1);
        await Redis.SortedSetAddAsync(EndsOfLane, Log(Eve), 1);

        (await RemoveAsync(1)).Single().Position.Should().Be(p[1]);

        (await Redis.StreamLengthAsync(Keys.Log(Eve))).Should().Be(1);
        (await Redis.SortedSetLengthAsync(Ends(Bob))).Should().Be(0);
        await Redis.SortedSetAddAsync(Gone(Bob), [new SortedSetEntry("nonsense", p[0].Value), new SortedSetEntry("9999999999999999", p[2].Value)]);
        (await _store.ReadAsync(Bob)).Entries.Select(e => (e.Position, e.IsGone)).Should().Equal((p[0], false), (p[1], true), (p[2], false));
    }

    private AppendRequest Lasting(WsmqAddress to, long life, string body = "x") => _store.New(to, body) with { Log = new LogTerms { Life = life } };

    private async Task<List<ExpiredEntry>> RemoveAsync(int count)
    {
        var removed = new List<ExpiredEntry>();
        await Eventually.That($"{count} entries are removed", async () =>
        {
            removed.AddRange((await _store.Store.Expiry.RemoveAsync(0, default)).Removed);
            return removed.Count == count;
        });
        return removed;
    }

    private string Gone(WsmqAddress address) => Log(address).Replace(":log:", ":gone:", StringComparison.Ordinal);

    private string Ends(WsmqAddress address) => Log(address).Replace(":log:", ":ends:", StringComparison.Ordinal);

    private string Log(WsmqAddress address) => Keys.Log(address)!;

    private string[] Names() => [.. _admin.GetServers()[0].Keys(pattern: $"{_prefix}:*").Select(k => k.ToString())];

    private async Task<long> BytesAsync() => (long)await Redis.ExecuteAsync("MEMORY", "USAGE", Keys.Log(Bob), "SAMPLES", "0");
}
