using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>How long logs and ids stay in Redis when they are not accessed, and how much memory they take.</summary>
[Collection(SharedRedis.Name)]
public sealed class RedisRetentionTests(SharedRedis redis) : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly string _prefix = redis.NextPrefix();
    private ConnectionMultiplexer _admin = null!;

    public async Task InitializeAsync() => _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);

    public async Task DisposeAsync() => await _admin.DisposeAsync();

    private Task<RedisHarness> StartAsync(Action<WsmqOptions>? configure = null, Action<WsmqRedisOptions>? configureRedis = null)
    {
        var options = new WsmqOptions { Delivery = { AckGrace = Grace } };
        configure?.Invoke(options);
        return RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, options, configureRedis);
    }

    private RedisKeys Keys => new(_prefix, 64);

    private async Task<TimeSpan> LifeAsync() => (await _admin.GetDatabase().KeyTimeToLiveAsync(Keys.Log(Bob)))!.Value;

    [Fact]
    public async Task A_consumed_log_expires_after_the_grace_and_a_new_message_keeps_it()
    {
        await using var h = await StartAsync();
        await h.OpenAsync("bob", "phone");
        for (var i = 0; i < 2; i++)
        {
            var position = await h.AddAsync(Bob);
            (await LifeAsync()).Should().BeGreaterThan(TimeSpan.FromDays(7), "it outlives its last entry");
            await h.AckAsync("bob", "phone", position);
            (await LifeAsync()).Should().BeLessThanOrEqualTo(Grace);
        }
    }

    [Fact]
    public async Task With_a_reader_a_consumed_log_stays_until_the_next_state_query_or_until_the_reader_leaves()
    {
        await using var h = await StartAsync();
        await h.OpenAsync("bob", "phone");
        var subscription = await h.Store.Signals.SubscribeAsync(Bob, _ => { }, default);
        await h.AckAsync("bob", "phone", await h.AddAsync(Bob));
        (await LifeAsync()).Should().BeGreaterThan(Grace, "more is likely to follow");
        await h.StateAsync(Bob);
        (await LifeAsync()).Should().BeLessThanOrEqualTo(Grace);

        // Too large for a journal.
        await h.AckAsync("bob", "phone", await h.AddAsync(Bob, new string('x', 200_000)));
        (await LifeAsync()).Should().BeGreaterThan(Grace);
        await subscription.DisposeAsync();
        await Eventually.That("it is about to expire", async () => await LifeAsync() <= Grace);
    }

    [Fact]
    public async Task A_new_device_keeps_a_log_that_was_about_to_expire()
    {
        await using var h = await StartAsync();
        await h.OpenAsync("bob", "phone");
        await h.Store.Signals.SubscribeAsync(Bob, _ => { }, default);
        await h.AckAsync("bob", "phone", await h.AddAsync(Bob));
        await h.OpenAsync("bob", "laptop");
        await h.StateAsync(Bob);
        (await LifeAsync()).Should().BeGreaterThan(Grace, "the laptop has not read it");
    }

    [Fact]
    public async Task The_log_of_an_offline_user_takes_only_the_memory_of_its_entries()
    {
        await using var h = await StartAsync();
        await h.OpenAsync("bob", "phone");
        await h.AddAsync(Bob, new string('x', 128));
        (await BytesAsync()).Should().BeLessThan(1_400, "a stream reserves 4 KiB otherwise");
        (await LifeAsync()).Should().BeGreaterThan(TimeSpan.FromDays(7), "the copy expires like the log");
        await h.AddAsync(Bob, new string('y', 128));
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal(new string('x', 128), new string('y', 128));

        var cat = WsmqAddress.User("cat");
        var subscription = await h.Store.Signals.SubscribeAsync(cat, _ => { }, default);
        await h.AddAsync(cat);
        await subscription.DisposeAsync();
        await Eventually.That("it shrinks when the reader leaves", async () =>
            (long)await _admin.GetDatabase().ExecuteAsync("MEMORY", "USAGE", Keys.Log(cat)) < 1_400);
    }

    private async Task<long> BytesAsync() => (long)await _admin.GetDatabase().ExecuteAsync("MEMORY", "USAGE", Keys.Log(Bob));

    [Fact]
    public async Task Ids_are_stored_for_at_most_two_deduplication_windows()
    {
        await using var h = await StartAsync(o => o.Publish.DeduplicationWindow = TimeSpan.FromMilliseconds(100));
        await h.AppendAsync(StoreHarness.Message(Bob, "ann", "1"));
        await Eventually.That("the id has expired", async () => !(await h.AppendAsync(StoreHarness.Message(Bob, "ann", "1")))[0].Duplicate);
        await h.AddManyAsync(Bob, 1_000);
        await Eventually.That("the memory of the ids is freed", async () =>
        {
            await h.AddAsync(Bob);
            long kept = 0;
            for (var i = 0; i < 3; i++)
                kept += await _admin.GetDatabase().HashLengthAsync($"{_prefix}:{{0}}:ids:100:{i}");
            return kept < 1_000;
        });
    }

    [Fact]
    public async Task A_script_reads_few_large_entries_at_once_and_many_small_ones()
    {
        await using var h = await StartAsync();
        var small = WsmqAddress.User("small");
        await h.AddManyAsync(small, 512);
        for (var i = 0; i < 4; i++)
        {
            await h.AddManyAsync(Bob, 15);
            for (var k = 0; k < 4; k++)
                await h.AddAsync(Bob, new string('x', 200_000));
        }

        var before = await RangesAsync();
        (await h.ReadAsync(small, maxEntries: 512)).Entries.Should().HaveCount(512);
        var ofSmall = await RangesAsync() - before;
        var after = WsmqPosition.Start;
        var seen = 0;
        before = await RangesAsync();
        while (await h.ReadAsync(Bob, after, maxEntries: 512, maxBytes: 256 * 1024) is { Entries: [.., var last] } page)
        {
            page.Entries.Sum(e => e.Bytes).Should().BeLessThan(512 * 1024);
            (seen, after) = (seen + page.Entries.Count, last.Position);
        }

        seen.Should().Be(4 * 19);
        ofSmall.Should().BeLessThan(12);
        (await RangesAsync() - before).Should().BeGreaterThan(4 * 19 / 2, "all that a command returns is copied, needed or not");
    }

    [Fact]
    public async Task A_long_log_is_removed_in_parts_and_finally_completely()
    {
        const int Count = 25_000;
        await using var h = await StartAsync(o => o.Delivery.AckGrace = TimeSpan.FromMilliseconds(1), o => o.JournalBytes = 0);
        await h.OpenAsync("bob", "phone");
        var subscription = await h.Store.Signals.SubscribeAsync(Bob, _ => { }, default);
        WsmqPosition[] last = [];
        for (var i = 0; i < Count; i += 500)
            last = await h.AddManyAsync(Bob, 500);
        await h.AckAsync("bob", "phone", last[^1]);
        var database = _admin.GetDatabase();

        var lengths = new List<long>();
        await Eventually.That("the whole log is removed", async () =>
        {
            await h.ReadAsync(Bob, last[^1]);
            lengths.Add(await database.StreamLengthAsync(Keys.Log(Bob)));
            return lengths[^1] == 0;
        });

        lengths.Prepend(Count).Zip(lengths, (longer, shorter) => longer - shorter).Max().Should().BeLessThanOrEqualTo(20_000);
        lengths.Should().Contain(length => length > 0 && length < Count);
        (await h.StateAsync(Bob)).Should().BeEquivalentTo(new { Tail = last[^1], Removed = last[^1] });
        await h.AddAsync(Bob);
        await subscription.DisposeAsync();
    }

    private async Task<long> RangesAsync()
    {
        var ranges = (await redis.Server.CommandAsync("INFO commandstats")).Split('\n')
            .FirstOrDefault(line => line.StartsWith("cmdstat_xrange:calls=", StringComparison.Ordinal));
        return ranges is null ? 0 : long.Parse(ranges.Split('=', ',')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
