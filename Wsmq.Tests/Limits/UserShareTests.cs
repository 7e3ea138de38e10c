using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Server.Limits;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Limits;

/// <summary>The storage charged to one user is bounded by a share of the store, whatever the user does, over all nodes.</summary>
[Collection(SharedRedis.Name)]
public sealed class UserShareTests(SharedRedis redis) : IDisposable
{
    private const long Store = 40 * 1024 * 1024;
    private const long Share = Store / 20;

    private readonly TempFolder _folder = new();
    private readonly string _prefix = redis.NextPrefix();
    private readonly string _file = $"{Guid.NewGuid():N}.db";

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("SQLite", 100)]
    [InlineData("SQLite", 30_000)]
    [InlineData("SQLite", 200_000)]
    [InlineData("Redis", 100)]
    [InlineData("Redis", 30_000)]
    [InlineData("Redis", 200_000)]
    public async Task A_user_stores_at_most_its_share_and_other_users_are_not_affected(string store, int size)
    {
        await using var first = await StartAsync(store);
        await using var second = store == "Redis" ? await StartAsync(store) : null;
        TestNode[] nodes = [first, second ?? first];

        var stored = await Task.WhenAll(nodes.Select(node => FillAsync(node, size)));

        // The share, plus what one node has not yet reported to the other.
        stored.Sum().Should().BeInRange(Share / 20, Share + (nodes.Length * 768 * 1024));
        foreach (var node in nodes)
        {
            await using var bob = await PlainClient.ConnectAsync(node, "bob", Guid.NewGuid().ToString("N"));
            await bob.SendAsync("user:bob", 1);
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:i1", Data = new byte[200_000] });
        }
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task The_share_of_a_sender_is_released_on_all_nodes_once_its_messages_are_acknowledged(string store)
    {
        await using var first = await StartAsync(store, o => o.Delivery.AckGrace = TimeSpan.Zero);
        await using var second = store == "Redis" ? await StartAsync(store, o => o.Delivery.AckGrace = TimeSpan.Zero) : null;
        await using var alice = await PlainClient.ConnectAsync(first, "alice");
        await RefusedAsync(alice, 60_000, _ => "user:bob");
        await using var elsewhere = await PlainClient.ConnectAsync(second ?? first, "alice", "other");

        await RefusedAsync(elsewhere, 60_000, _ => "user:bob");
        await using var bob = await PlainClient.ConnectAsync(first, "bob");

        foreach (var client in new[] { alice, elsewhere })
            await Eventually.That("the user may send again", async () => await Record.ExceptionAsync(() => client.SendAsync("user:bob", new string('x', 60_000))) is null);
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task The_share_of_a_sender_is_released_once_its_messages_have_expired_behind_one_that_nobody_acknowledges(string store)
    {
        // Long enough for charges to be reported before.
        await using var node = await StartAsync(store, o => o.Delivery.AckGrace = TimeSpan.FromSeconds(8));
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await alice.SendAsync("user:bob", 1);
        var body = new string('x', 60_000);
        async Task<bool> IsRefusedAsync() => await Record.ExceptionAsync(() => alice.Connection.InvokeAsync<WsmqReceipt>(
            "Send", new { to = "user:bob", id = Guid.NewGuid().ToString("N"), body, timeToLive = 1_000 })) is not null;
        await Eventually.That("the share is used up", IsRefusedAsync);

        await Eventually.That("the user may send again", async () => !await IsRefusedAsync());

        (await node.Services.GetRequiredService<IStore>().MessageLog.StatesAsync([WsmqAddress.User("bob")], default))[0]!.Value.Removed
            .Should().Be(WsmqPosition.Start);
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task Dead_letters_of_messages_from_others_block_neither_the_queue_of_a_user_nor_the_sends_of_that_user(string store)
    {
        const int Group = 12_000, Own = 60_000;
        await using var first = await StartAsync(store, o => o.Delivery.AckGrace = TimeSpan.Zero);
        await using var second = store == "Redis" ? await StartAsync(store, o => o.Delivery.AckGrace = TimeSpan.Zero) : null;
        await first.Groups.AddToGroupAsync("bob", "one");
        await first.Groups.AddToGroupAsync("bob", "two");
        await first.Groups.AddToGroupAsync("alice0", "two");
        await using var bob = await PlainClient.ConnectAsync(first, "bob", "phone", ack: false);
        await using var laptop = await PlainClient.ConnectAsync(second ?? first, "bob", "laptop", ack: false);

        // Two devices dead-letter three shares in the queue and more than half a share in a group, sent by users within their own shares.
        const int Senders = 4, Each = 13, OfGroup = 50;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async n =>
        {
            await using var alice = await PlainClient.ConnectAsync(second ?? first, $"alice{n}");
            for (var i = 0; i < Each; i++)
                await alice.SendAsync("user:bob", new string('x', Own));
            for (var i = 0; n == 0 && i < OfGroup; i++)
                await alice.SendAsync("group:two", new string('x', Group));
        }));
        var failed = await Task.WhenAll(FailAllAsync(bob), FailAllAsync(laptop));

        failed.Should().AllBeEquivalentTo((Senders * Each, OfGroup), "each is dead-lettered, and the next one is delivered");
        await bob.SendAsync("user:bob", 1);
        await bob.SendAsync("user:carol", new string('x', 200_000));
        (await KeptAsync(first, WsmqAddress.User("bob"))).Should().BeInRange(Share / 4 / 2, Share / 4, "the queue gets a quarter of a share");
        (await KeptAsync(first, WsmqAddress.Group("two"))).Should().BeInRange(Share / 8 / 2, Share / 8, "two groups get another quarter");

        static async Task<(int Own, int Group)> FailAllAsync(PlainClient client)
        {
            var counts = (Own: 0, Group: 0);
            for (var at = 0; at < (Senders * Each) + OfGroup; at++)
            {
                await Eventually.That("the next one is delivered", () => client.Received.Count > at);
                var delivery = client.Received[at];
                (await client.Connection.InvokeAsync<int>("Nack", delivery.Source, delivery.Position, WsmqNackReasons.NoHandler)).Should().Be(1);
                counts = delivery.Source == "user:bob" ? (counts.Own + 1, counts.Group) : (counts.Own, counts.Group + 1);
            }

            return counts;
        }
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task Nacks_of_a_user_whose_share_is_used_up_are_counted_and_dead_lettered(string store)
    {
        await using var node = await StartAsync(store, o => o.DeadLetters.MaxAttempts = 2);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await RefusedAsync(bob, 60_000, i => $"user:i{i % 10}");
        var poison = await node.Publisher.SendAsync(WsmqAddress.User("bob"), 1);
        await node.Publisher.SendAsync(WsmqAddress.User("bob"), 2);
        await bob.ReceivesAsync("1", "2");

        (await NackAsync()).Should().Be(1);
        (await NackAsync()).Should().Be(2);

        (await node.Services.GetRequiredService<IWsmqDeadLetters>().ListAsync("bob")).Should().ContainSingle();
        await bob.Connection.InvokeAsync("Ack", "user:bob", bob.Received[1].Position);

        Task<int> NackAsync() => bob.Connection.InvokeAsync<int>("Nack", "user:bob", poison.Position, "cannot");
    }

    private static async Task<long> KeptAsync(TestNode node, WsmqAddress source)
    {
        var letters = node.Services.GetRequiredService<IStore>().DeadLetters;
        var sum = 0L;
        foreach (var letter in await letters.ListAsync(source, "bob", default))
            sum += (await letters.ReadAsync(letter.Key, "bob", default))!.Entry!.Bytes + IDeadLetterStore.Overhead;
        return sum;
    }

    [Theory]
    [InlineData("b", "1e300")]
    [InlineData("", "x")]
    public async Task Corrupt_data_in_the_account_of_one_user_does_not_stop_the_accounting_of_others(string field, string value)
    {
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        var (database, keys) = (admin.GetDatabase(), new RedisKeys(_prefix, 64));
        await database.HashSetAsync(keys.Of(WsmqAddress.User("alice")).Usage, [new("b", Share * 3 / 4), new(field, value)]);
        await using var node = await StartAsync("Redis");

        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await alice.SendAsync("user:alice", 1);
        await using var carol = await PlainClient.ConnectAsync(node, "carol");
        await Eventually.That("later sends are counted", async () =>
        {
            await carol.SendAsync("user:carol", 1);
            return await database.HashExistsAsync(keys.Of(WsmqAddress.User("carol")).Usage, "b")
                && await database.HashGetAsync(keys.Of(WsmqAddress.User("carol")).Usage, "b") != 0;
        });
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task Storage_charged_under_a_name_that_is_not_an_address_is_released(string store)
    {
        await using var node = await StartAsync(store);
        var usage = node.Services.GetRequiredService<IStore>().Usage;
        var item = new UsageItem("!user:alice", new WsmqPosition(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000), 2 * Share);
        await usage.AddAsync("alice", new UsageCharge([item], 0, 0, TimeSpan.Zero), default);

        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await alice.SendAsync("user:alice", 1);

        await Eventually.That("the storage is released", async () =>
            (await usage.AddAsync("alice", new UsageCharge([], 0, 0, TimeSpan.Zero), default)).Bytes < Share);
        await Eventually.That("she may send again", async () => await Record.ExceptionAsync(() => alice.SendAsync("user:alice", 1)) is null);
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task Messages_that_wait_for_their_time_are_charged_and_not_released_before_it(string store)
    {
        await using var node = await StartAsync(store, o => o.Limits.UserDelayedMessages = 0);
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        var stored = await RefusedAsync(alice, 60_000, i => $"user:i{i % 7}", delay: 3_600_000);
        var services = node.Services.GetRequiredService<IStore>();

        (await new UsageReclaim(services, Options.Create(new WsmqOptions()), TimeProvider.System).RunAsync("alice", default)).Should().BeNull();

        stored.Should().BeInRange(Share / 20, Share + (768 * 1024));
        (await RefusedAsync(alice, 60_000, _ => "user:i1")).Should().Be(0);
    }

    [Fact]
    public async Task A_user_without_a_limit_is_not_charged()
    {
        await using var node = await StartAsync("SQLite", o =>
        {
            o.Limits.Classes["free"] = new WsmqLimitClass { UserStorePercent = 0 };
            o.Limits.ClassProvider = _ => "free";
        });
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        for (var i = 0; i < 2 * Share / 200_000; i++)
            await alice.SendAsync("user:bob", new string('x', 200_000));
    }

    /// <summary>Sends until the share is used up, over two connections, and returns the stored bytes of bodies.</summary>
    private static async Task<long> FillAsync(TestNode node, int size)
    {
        var sums = await Task.WhenAll(Enumerable.Range(0, 2).Select(async n =>
        {
            await using var alice = await PlainClient.ConnectAsync(node, "alice", $"{Guid.NewGuid():N}");
            return await RefusedAsync(alice, size, i => $"user:i{((n * 100) + i) % 300}");
        }));
        return sums.Sum();
    }

    private static async Task<long> RefusedAsync(PlainClient client, int size, Func<int, string> to, int delay = 0)
    {
        var (stored, body) = (0L, new string('x', size));
        var many = Math.Clamp(200_000 / size, 1, 100);
        for (var i = 0; i < 10_000; i += many)
        {
            var results = await client.Connection.InvokeAsync<WsmqItemResult[]>(
                "SendMany", Enumerable.Range(i, many).Select(n => new { to = to(n), body, delay }));
            stored += size * results.Count(r => r.Error is null);
            if (results.FirstOrDefault(r => r.Error is not null) is not { } refused)
                continue;
            WsmqError.Find(refused.Error).Should().Be(WsmqErrors.QuotaExceeded);
            refused.RetryAfter.Should().BePositive();
            return stored;
        }

        throw new Xunit.Sdk.XunitException("Nothing was refused.");
    }

    private Task<TestNode> StartAsync(string store, Action<WsmqOptions>? set = null) => TestNode.StartAsync(
        s =>
        {
            if (store == "Redis")
                s.UseRedis(redis.Server.EndPoint, o => (o.KeyPrefix, o.MemoryBytes) = (_prefix, Store));
            else
                s.UseSqlite(_folder.File(_file), o => o.MaxBytes = Store);
        },
        o =>
        {
            o.Limits.UserStorePercent = 5;
            o.Limits.ConnectionSendsPerSecond = o.Limits.UserSendsPerSecond = 0;
            set?.Invoke(o);
        });
}
