using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>The Redis store while its server is unavailable or full, or after it stopped in the middle of a change.</summary>
public sealed class RedisFaultTests : IAsyncLifetime
{
    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _redis = await RedisServer.StartAsync(appendOnly: true);

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    private async Task<RedisHarness> StartAsync() => await RedisHarness.StartAsync(
        $"{_redis.EndPoint}", "t", new WsmqOptions { Delivery = { AckGrace = TimeSpan.Zero } });

    private Task<ConnectionMultiplexer> AdminAsync() => AdminConnection.OpenAsync(_redis.EndPoint);

    private static RedisKeys Keys => new("t", 64);

    [Fact]
    public async Task A_failed_subscription_leaves_no_interest_in_Redis()
    {
        var store = new RedisStore(
            Options.Create(new WsmqOptions()),
            Options.Create(new WsmqRedisOptions { Configuration = _redis.EndPoint, KeyPrefix = "t", CommandTimeout = TimeSpan.FromSeconds(3) }),
            NullLogger<RedisStore>.Instance);
        await using var kept = store;
        await store.StartAsync(default);
        var (heard, failed) = (WsmqAddress.User("heard"), WsmqAddress.User("failed"));
        await store.Signals.SubscribeAsync(heard, _ => { }, default);
        await _redis.StopAsync();
        await FluentActions.Awaiting(() => store.Signals.SubscribeAsync(failed, _ => { }, default)).Should().ThrowAsync<WsmqException>();

        await _redis.RestartAsync();

        await using var admin = await AdminAsync();
        await Eventually.That("the store answers", () => store.IsAvailableAsync(default));
        await store.MessageLog.StatesAsync([heard, failed], default);
        (await NodesAsync(admin, heard)).Should().NotBeEmpty();
        (await NodesAsync(admin, failed)).Should().BeEmpty("the node has no reader for it");
    }

    [Fact]
    public async Task A_full_server_refuses_messages_but_accepts_devices_and_acks_free_memory()
    {
        await using var h = await StartAsync();
        await h.OpenAsync("bob", "phone");
        var position = await h.AddAsync(WsmqAddress.User("bob"));
        await using var admin = await AdminAsync();
        await admin.GetDatabase().ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        (await FluentActions.Awaiting(() => h.AddAsync(WsmqAddress.User("bob"))).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.StoreFull);
        await h.OpenAsync("bob", "phone");
        (await h.ReadAsync(WsmqAddress.User("bob"))).Entries.Should().ContainSingle();
        (await h.AckAsync("bob", "phone", position)).Should().Be(AckResult.Done);
        (await h.ReadAsync(WsmqAddress.User("bob"))).Entries.Should().BeEmpty();
        (await h.StateAsync(WsmqAddress.User("bob"))).Consumed.Should().Be(position);
    }

    [Fact]
    public async Task A_foreign_key_fails_only_the_messages_to_its_log_and_no_message_is_stored_twice()
    {
        await using var h = await StartAsync();
        await using var admin = await AdminAsync();
        var (bob, cat) = (WsmqAddress.User("bob"), WsmqAddress.User("cat"));
        await admin.GetDatabase().StringSetAsync(Keys.Log(cat), "not a stream");
        AppendRequest[] batch = [h.New(cat, "1"), h.New(bob, "2"), h.New(cat, "3")];
        foreach (var repeated in new[] { false, true })
            (await h.AppendAsync(batch)).Select(r => (r.IsCorrupt, r.Duplicate)).Should().Equal((true, false), (false, repeated), (true, false));
        (await h.PositionsAsync(bob)).Should().ContainSingle();

        await admin.GetDatabase().KeyDeleteAsync(Keys.Log(cat));
        (await h.AppendAsync(batch)).Select(r => (r.IsCorrupt, r.Duplicate)).Should().Equal((false, false), (false, true), (false, false));
        (await h.ReadAsync(cat)).Entries.Select(StoreHarness.Text).Should().Equal("1", "3");
    }

    [Fact]
    public async Task Batches_in_flight_keep_their_order_when_the_server_loses_its_scripts()
    {
        await using var h = await StartAsync();
        await using var admin = await AdminAsync();
        var bob = WsmqAddress.User("bob");
        var lane = h.Log.AppenderOf(bob);
        var open = new Queue<AppendRequest>(Enumerable.Range(0, 2_000).Select(i => h.New(bob, $"{i}")));
        for (var round = 0; open.Count > 0; round++)
        {
            round.Should().BeLessThan(2_000, "it makes progress");
            var calls = open.Take(20).Select((item, i) => h.Log.Appenders[lane].AppendAsync([item], follows: i > 0, default)).ToArray();
            await admin.GetServers()[0].ScriptFlushAsync();
            await Task.WhenAll(calls).ContinueWith(_ => { }, TaskScheduler.Default);
            foreach (var _ in calls.TakeWhile(c => c.IsCompletedSuccessfully))
                open.Dequeue();
        }

        (await h.ReadAsync(bob, maxEntries: 5_000)).Entries.Select(StoreHarness.Text).Should().Equal(Enumerable.Range(0, 2_000).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_server_that_lost_its_data_is_accepted_if_it_is_the_only_primary()
    {
        await using var h = await StartAsync();
        await h.AddAsync(WsmqAddress.User("bob"), "before");
        await using var admin = await AdminAsync();
        await admin.GetServers()[0].FlushDatabaseAsync();
        var item = h.New(WsmqAddress.User("bob"), "after");
        var refused = 0;
        await Eventually.That("it is stored", async () =>
        {
            try
            {
                await h.AppendAsync(item);
                return true;
            }
            catch (WsmqException e) when (e.Error == WsmqErrors.StoreUnavailable)
            {
                refused++;
                return false;
            }
        });
        refused.Should().Be(2, "the number is missing, and then the primary is determined");
        (await h.ReadAsync(WsmqAddress.User("bob"))).Entries.Select(StoreHarness.Text).Should().Equal("after");
    }

    [Fact]
    public async Task A_primary_that_lacks_stored_data_is_refused_while_there_is_another_primary()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await using var h = await RedisHarness.StartAsync(redis.Configuration, "t", new WsmqOptions());
        await h.AddAsync(WsmqAddress.User("bob"), "1");
        await Eventually.That("the replica has stored it", async () =>
            await redis.Replica.CommandAsync("DBSIZE") == await redis.Primary.CommandAsync("DBSIZE"));
        await redis.PromoteAsync();
        await using var old = await ReplicatedRedis.AdminAsync(redis.Primary);

        // As if restored from an earlier state: the number of the last batch is missing.
        await old.GetServers()[0].FlushDatabaseAsync();
        var item = h.New(WsmqAddress.User("bob"), "2");
        for (var i = 0; i < 5; i++)
            (await FluentActions.Awaiting(() => h.AppendAsync(item)).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.StoreUnavailable);

        await redis.Primary.StopAsync(kill: true);
        await Eventually.That("it is stored at the new primary", async () =>
        {
            try
            {
                await h.AppendAsync(item);
                return true;
            }
            catch (WsmqException)
            {
                return false;
            }
        });
        (await h.ReadAsync(WsmqAddress.User("bob"))).Entries.Select(StoreHarness.Text).Should().Equal("1", "2");
    }

    [Fact]
    public async Task A_user_who_joins_again_after_an_incomplete_leave_is_signalled()
    {
        await using var h = await StartAsync();
        await h.Store.Memberships.AddAsync("ops", "bob", default);
        await using var admin = await AdminAsync();
        await admin.GetDatabase().HashDeleteAsync(Keys.Of(WsmqAddress.Group("ops")).Members, "bob");
        var version = (await h.StateAsync(WsmqAddress.User("bob"))).MembershipVersion;
        var signals = 0;
        await h.Store.Signals.SubscribeAsync(WsmqAddress.User("bob"), s => signals += s.IsMembership ? 1 : 0, default);

        await h.Store.Memberships.AddAsync("ops", "bob", default);

        (await h.StateAsync(WsmqAddress.User("bob"))).MembershipVersion.Should().BeGreaterThan(version);
        await Eventually.That("the user's nodes are signalled", () => signals == 1);
    }

    [Fact]
    public async Task A_leave_overtaken_by_a_join_keeps_the_group_in_the_list_of_the_member()
    {
        await using var h = await StartAsync();
        await h.Store.Memberships.AddAsync("ops", "bob", default);
        await using var admin = await AdminAsync();
        var stop = new CancellationTokenSource();
        var joins = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await h.Store.Memberships.AddAsync("ops", "bob", default);
        });
        for (var i = 0; i < 300; i++)
            await h.Store.Memberships.RemoveAsync("ops", "bob", default);
        await stop.CancelAsync();
        await joins;

        var member = await h.Store.Memberships.IsMemberAsync("ops", "bob", default);
        (await h.Store.Memberships.GroupsOfAsync("bob", default)).Should().HaveCount(member ? 1 : 0);
    }

    /// <summary>The interested nodes of an address, as stored in Redis.</summary>
    private static async Task<string> NodesAsync(ConnectionMultiplexer admin, WsmqAddress address) =>
        await new ActiveStates(admin.GetDatabase(), Keys).NodesAsync(address);
}
