using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Addresses that are noted, on two nodes and with foreign keys.</summary>
[Collection(SharedRedis.Name)]
public sealed class UnacknowledgedKeyTests(SharedRedis redis) : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly string _prefix = redis.NextPrefix();
    private ConnectionMultiplexer _admin = null!;
    private RedisHarness _a = null!;
    private RedisHarness _b = null!;

    private IDatabase Redis => _admin.GetDatabase();

    private LaneKeys Lane => new RedisKeys(_prefix, 64).OfLane(0, "", new WsmqOptions().Publish.DeduplicationWindow);

    public async Task InitializeAsync()
    {
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        _a = await StartAsync();
        _b = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _admin.DisposeAsync();
    }

    [Fact]
    public async Task Of_two_nodes_that_take_at_the_same_time_each_address_goes_to_one()
    {
        var users = Enumerable.Range(0, 300).Select(i => WsmqAddress.User($"u{i}")).ToArray();
        await _a.AppendAsync([.. users.Select(u => _a.New(u) with { IsNoted = true })]);
        var taken = new List<WsmqAddress>();

        await Eventually.That("all are taken", async () =>
        {
            var both = await Task.WhenAll(new[] { _a, _b }.Select(h => h.Store.Unacknowledged.TakeAsync(0, Lease, 20, default)));
            taken.AddRange(both.SelectMany(t => t.Addresses).Select(t => t.Address));
            return taken.Count >= users.Length;
        });

        taken.Should().HaveCount(users.Length).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Keys_exist_only_while_an_address_is_noted()
    {
        await _a.AppendAsync(_a.New(Bob));
        (await KeysAsync()).Should().Be((false, false));
        await _a.AppendAsync(_a.New(Bob) with { IsNoted = true });
        (await KeysAsync()).Should().Be((true, true));

        var taken = await TakeAsync();
        var tail = (await _a.Store.Unacknowledged.ReachesAsync([Bob], default)).Single()!.Value.Tail;
        await _a.Store.Unacknowledged.SettleAsync([new SettledAddress(taken, tail, 0, _a.Store.Now, tail)], default);

        (await KeysAsync()).Should().Be((false, false));
    }

    [Fact]
    public async Task Foreign_keys_in_place_of_these_fail_what_looks_at_them_and_no_message()
    {
        await Redis.StringSetAsync(Lane.Unacknowledged, "foreign");
        await Redis.StringSetAsync(Lane.UnacknowledgedFrom, "foreign");

        (await _a.AppendAsync(_a.New(Bob) with { IsNoted = true })).Single().IsStored.Should().BeTrue();

        var take = () => _a.Store.Unacknowledged.TakeAsync(0, Lease, 1, default);
        (await take.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.StoreCorrupt);
    }

    [Fact]
    public async Task Foreign_names_are_removed_and_a_foreign_value_counts_as_nothing_told()
    {
        await _a.AppendAsync(_a.New(Bob) with { IsNoted = true });
        await Redis.HashSetAsync(Lane.UnacknowledgedFrom, new RedisKeys(_prefix, 64).Of(Bob).Name, "hello");
        await Redis.SortedSetAddAsync(Lane.Unacknowledged, "foreign", 1);
        await Redis.SortedSetAddAsync(Lane.Unacknowledged, new RedisKeys(_prefix, 64).Of(WsmqAddress.Group("team")).Name, 1);

        (await TakeAsync()).Should().BeEquivalentTo(new { Address = Bob, From = WsmqPosition.Start, Attempts = 0 });

        (await Redis.SortedSetLengthAsync(Lane.Unacknowledged)).Should().Be(1);
    }

    [Fact]
    public async Task A_corrupt_address_has_no_reach_and_the_others_have()
    {
        await _a.AddAsync(Bob);
        var eve = WsmqAddress.User("eve");
        await _a.AddAsync(eve);
        await Redis.HashSetAsync(new RedisKeys(_prefix, 64).Meta(eve), "t", "hello");

        var reaches = await _a.Store.Unacknowledged.ReachesAsync([eve, Bob], default);

        reaches[0].Should().BeNull();
        reaches[1].Should().NotBeNull();
    }

    private Task<RedisHarness> StartAsync()
    {
        var options = new WsmqOptions();
        var unacknowledged = options.Unacknowledged;
        (unacknowledged.HasHook, unacknowledged.After, unacknowledged.Gather) = (true, TimeSpan.FromMilliseconds(100), TimeSpan.Zero);
        return RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, options);
    }

    private async Task<TakenAddress> TakeAsync()
    {
        TakenAddress? taken = null;
        await Eventually.That("it is due", async () =>
            (taken = (await _a.Store.Unacknowledged.TakeAsync(0, Lease, 10, default)).Addresses.SingleOrDefault()) is not null);
        return taken!;
    }

    private async Task<(bool Due, bool From)> KeysAsync() =>
        (await Redis.KeyExistsAsync(Lane.Unacknowledged), await Redis.KeyExistsAsync(Lane.UnacknowledgedFrom));
}
