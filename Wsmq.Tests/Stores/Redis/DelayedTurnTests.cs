using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Messages with a delay on two nodes, and with damaged keys.</summary>
[Collection(SharedRedis.Name)]
public sealed class DelayedTurnTests(SharedRedis redis) : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly DelayTerms Soon = new() { Delay = 100_000 };

    private readonly string _prefix = redis.NextPrefix();
    private ConnectionMultiplexer _admin = null!;
    private RedisHarness _a = null!;
    private RedisHarness _b = null!;

    private IDatabase Redis => _admin.GetDatabase();

    private RedisKeys Keys => new(_prefix, 64);

    private LaneKeys Lane => Keys.OfLane(0, "", new WsmqOptions().Publish.DeduplicationWindow);

    public async Task InitializeAsync()
    {
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        _a = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
        _b = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
    }

    public async Task DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _admin.DisposeAsync();
    }

    [Fact]
    public async Task The_node_that_got_messages_has_the_turn_until_nothing_more_is_due()
    {
        await _b.AppendAsync(_b.New(Bob, "0") with { Delay = Soon });
        var due = await DueAsync(_a);

        var other = await _b.Store.Delayed.DueAsync(0, default);
        await _b.AppendAsync(_b.New(Bob, "1") with { Delay = Soon });
        await _a.AppendAsync([.. due]);
        await _a.AppendAsync([.. await DueAsync(_a)]);
        await _a.Store.Delayed.DueAsync(0, default);

        (await _a.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("0", "1");
        other.Messages.Should().BeEmpty();
        other.Wait.Should().BePositive().And.BeLessThan(TimeSpan.FromSeconds(1), "the holder may be done at any moment");
        (await Redis.KeyExistsAsync(Lane.DelayedTurn)).Should().BeFalse();
    }

    [Fact]
    public async Task Of_two_nodes_that_append_the_same_messages_each_message_is_appended_once()
    {
        await _a.AppendAsync([.. Enumerable.Range(0, 20).Select(i => _a.New(Bob, $"{i}") with { Delay = Soon })]);
        var due = await DueAsync(_a);

        var results = await Task.WhenAll(_a.AppendAsync([.. due]), _b.AppendAsync([.. due]), _a.AppendAsync([.. due.Take(3)]));

        results.SelectMany(r => r).Count(r => !r.Duplicate).Should().Be(20);
        (await _a.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal(Enumerable.Range(0, 20).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_message_to_a_corrupt_address_waits_for_longer_and_the_others_are_appended()
    {
        var eve = WsmqAddress.User("eve");
        await _a.AddAsync(eve);
        await _a.AppendAsync(_a.New(eve, "e") with { Delay = Soon }, _a.New(Bob, "b") with { Delay = Soon });
        await Redis.HashSetAsync(Keys.Meta(eve), "t", "hello");
        var due = await DueAsync(_a, 2);

        (await _a.AppendAsync([.. due])).Select(r => r.IsCorrupt).Should().BeEquivalentTo([true, false]);

        var next = await _a.Store.Delayed.DueAsync(0, default);
        next.Messages.Should().BeEmpty();
        next.Wait.Should().BeCloseTo(IDelayedMessages.PauseOfCorrupt, TimeSpan.FromSeconds(30));
        (await _a.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("b");
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_waits_for_a_day_and_the_others_are_returned()
    {
        await _a.AppendAsync([.. Enumerable.Range(0, 3).Select(i => _a.New(Bob, $"{i}") with { Delay = Soon })]);
        var key = (await Redis.SortedSetRangeByRankAsync(Lane.Delayed))[1];
        await Redis.HashSetAsync($"{Lane.Delayed}:messages", key, "foreign");

        (await DueAsync(_a, 2)).Should().HaveCount(2);

        (await Redis.SortedSetScoreAsync(Lane.Delayed, key)).Should().BeGreaterThan(_a.Store.Now + 3_600_000_000L);
    }

    [Theory]
    [InlineData(":messages")]
    [InlineData(":ids")]
    [InlineData(":senders")]
    [InlineData(":of:user:bob")]
    [InlineData("")]
    public async Task A_foreign_key_in_place_of_one_of_them_refuses_messages_with_a_delay_and_no_others(string which)
    {
        await Redis.StringSetAsync($"{Lane.Delayed}{which}", "foreign");

        var results = await _a.AppendAsync(_a.New(Bob, "0"), _a.New(Bob, "1") with { Delay = Soon }, _a.New(Bob, "2"));

        results.Select(r => r.IsCorrupt).Should().Equal(false, true, false);
        (await _a.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("0", "2");
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_listed_as_corrupt_and_can_be_cancelled_and_nothing_is_left()
    {
        await _a.AppendAsync(_a.New(Bob, "0") with { Delay = Soon }, _a.New(Bob, "1") with { Delay = Soon });
        var keys = (await Redis.SortedSetRangeByRankAsync(Lane.Delayed)).Select(k => (string)k!).ToArray();
        await Redis.HashSetAsync($"{Lane.Delayed}:messages", keys[0], "foreign");

        var listed = (await _b.Store.Delayed.ListAsync(Bob, null, 9, 9, default)).Items;
        (await _b.Store.Delayed.CancelAsync(Bob, keys[0], default)).Should().BeTrue();
        await _a.AppendAsync([.. await DueAsync(_a)]);

        listed.Select(m => (m.Key, m.Metadata.IsEmpty)).Should().Equal((keys[0], true), (keys[1], false));
        foreach (var part in new[] { "", ":messages", $":of:{Bob}" })
            (await Redis.KeyExistsAsync($"{Lane.Delayed}{part}")).Should().BeFalse(part);
    }

    [Fact]
    public async Task A_foreign_key_in_place_of_the_list_does_not_hold_up_what_is_due()
    {
        await _a.AppendAsync(_a.New(Bob, "0") with { Delay = Soon });
        await Redis.KeyDeleteAsync($"{Lane.Delayed}:of:{Bob}");
        await Redis.StringSetAsync($"{Lane.Delayed}:of:{Bob}", "foreign");

        await _a.AppendAsync([.. await DueAsync(_a)]);

        (await _a.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("0");
        (await _a.Store.Delayed.Awaiting(d => d.ListAsync(Bob, null, 9, 9, default)).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.StoreCorrupt);
    }

    [Fact]
    public async Task A_whole_batch_of_messages_with_a_delay_waits()
    {
        var results = await _a.AppendAsync([.. Enumerable.Range(0, 512).Select(i => _a.New(WsmqAddress.User($"u{i % 7}"), $"{i}") with { Delay = Soon })]);

        results.Should().OnlyContain(r => r.IsWaiting);
        (await Redis.SortedSetLengthAsync(Lane.Delayed)).Should().Be(512);
        (await Redis.HashLengthAsync($"{Lane.Delayed}:messages")).Should().Be(512);
    }

    private static async Task<IReadOnlyList<AppendRequest>> DueAsync(RedisHarness node, int count = 1)
    {
        IReadOnlyList<AppendRequest> due = [];
        await Eventually.That("messages are due", async () => (due = (await node.Store.Delayed.DueAsync(0, default)).Messages).Count >= count);
        return due;
    }
}
