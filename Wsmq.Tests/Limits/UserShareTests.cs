using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wsmq.Server.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Limits;

/// <summary>What the store keeps because of one user is a share of it, whatever the user does, over all nodes.</summary>
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
    public async Task A_user_takes_a_share_and_nobody_else_notices(string store, int size)
    {
        await using var first = await StartAsync(store);
        await using var second = store == "Redis" ? await StartAsync(store) : null;
        TestNode[] nodes = [first, second ?? first];

        var stored = await Task.WhenAll(nodes.Select(node => FillAsync(node, size)));

        // What a node had not told the other yet comes on top.
        stored.Sum().Should().BeInRange(Share / 20, Share + (nodes.Length * 768 * 1024));
        foreach (var node in nodes)
        {
            await using var bob = await PlainClient.ConnectAsync(node, "bob", Guid.NewGuid().ToString("N"));
            await bob.SendAsync("user:bob", 1);
            await node.Publisher.SendAsync(new OutgoingMessage { To = "user:i1", Data = new byte[200_000] });
        }
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task What_is_read_is_given_back_and_another_node_knows(string store)
    {
        await using var first = await StartAsync(store, o => o.AckGrace = TimeSpan.Zero);
        await using var second = store == "Redis" ? await StartAsync(store, o => o.AckGrace = TimeSpan.Zero) : null;
        await using var alice = await PlainClient.ConnectAsync(first, "alice");
        await RefusedAsync(alice, 60_000, _ => "user:bob");
        await using var elsewhere = await PlainClient.ConnectAsync(second ?? first, "alice", "other");

        await RefusedAsync(elsewhere, 60_000, _ => "user:bob");
        await using var bob = await PlainClient.ConnectAsync(first, "bob");

        foreach (var client in new[] { alice, elsewhere })
            await Eventually.That("it may send again", async () => await Record.ExceptionAsync(() => client.SendAsync("user:bob", new string('x', 60_000))) is null);
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Redis")]
    public async Task Dead_letters_are_in_the_share_of_who_could_not_handle_them(string store)
    {
        await using var node = await StartAsync(store, o => (o.MaxAttempts, o.AckGrace) = (1, TimeSpan.Zero));
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        Exception? refused = null;
        for (var i = 0; i < 40 && refused is null; i++)
        {
            var at = await node.Publisher.SendAsync(new OutgoingMessage { To = "user:bob", Data = new byte[200_000] });
            await Eventually.That("it is delivered", () => bob.Received.Count > i);
            refused = await Record.ExceptionAsync(() => bob.Connection.InvokeAsync<int>("Fail", "user:bob", at.Position, "cannot"));
        }

        WsmqError.Find(refused?.Message).Should().Be(WsmqErrors.QuotaExceeded);
        await using var cat = await PlainClient.ConnectAsync(node, "cat");
        await cat.SendAsync("user:cat", 1);
        var letters = node.Services.GetRequiredService<IWsmqDeadLetters>();
        foreach (var letter in await letters.ListAsync("bob"))
            await letters.RemoveAsync("bob", letter.Id);
        await Eventually.That("there is room again", async () => await Record.ExceptionAsync(
            () => bob.Connection.InvokeAsync<int>("Fail", "user:bob", bob.Received[^1].Position, "cannot")) is null);
    }

    [Theory]
    [InlineData("b", "1e300")]
    [InlineData("", "x")]
    public async Task What_another_program_wrote_into_one_account_keeps_no_other_from_being_counted(string field, string value)
    {
        await using var admin = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
        var (database, keys) = (admin.GetDatabase(), new RedisKeys(_prefix, 64));
        await database.HashSetAsync(keys.Of(Address.User("alice")).Usage, [new("b", Share * 3 / 4), new(field, value)]);
        await using var node = await StartAsync("Redis");

        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await alice.SendAsync("user:alice", 1);
        await using var carol = await PlainClient.ConnectAsync(node, "carol");
        await Eventually.That("what is sent afterwards is counted", async () =>
        {
            await carol.SendAsync("user:carol", 1);
            return await database.HashExistsAsync(keys.Of(Address.User("carol")).Usage, "b")
                && await database.HashGetAsync(keys.Of(Address.User("carol")).Usage, "b") != 0;
        });
    }

    [Fact]
    public async Task Who_is_without_a_limit_is_not_charged()
    {
        await using var node = await StartAsync("SQLite", o =>
        {
            o.Limits.Classes["free"] = new LimitClass { UserStorePercent = 0 };
            o.Limits.ClassOf = _ => "free";
        });
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        for (var i = 0; i < 2 * Share / 200_000; i++)
            await alice.SendAsync("user:bob", new string('x', 200_000));
    }

    /// <summary>Sends until the share is used up, from two connections, and returns how many bytes of bodies were stored.</summary>
    private static async Task<long> FillAsync(TestNode node, int size)
    {
        var sums = await Task.WhenAll(Enumerable.Range(0, 2).Select(async n =>
        {
            await using var alice = await PlainClient.ConnectAsync(node, "alice", $"{Guid.NewGuid():N}");
            return await RefusedAsync(alice, size, i => $"user:i{((n * 100) + i) % 300}");
        }));
        return sums.Sum();
    }

    private static async Task<long> RefusedAsync(PlainClient client, int size, Func<int, string> to)
    {
        var (stored, body) = (0L, new string('x', size));
        var many = Math.Clamp(200_000 / size, 1, 100);
        for (var i = 0; i < 10_000; i += many)
        {
            var results = await client.Connection.InvokeAsync<PublishResult[]>(
                "SendMany", Enumerable.Range(i, many).Select(n => new { to = to(n), body }));
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
            o.Limits.SendsPerSecond = o.Limits.UserSendsPerSecond = 0;
            set?.Invoke(o);
        });
}
