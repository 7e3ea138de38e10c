using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

/// <summary>What every node does for plain SignalR clients, whichever store it runs on.</summary>
public abstract class NodeContract : IAsyncLifetime
{
    private readonly List<TestNode> _nodes = [];

    public abstract Task InitializeAsync();

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await CleanUpAsync();
    }

    private protected abstract void UseStore(WsmqBuilder builder);

    private protected abstract Task CleanUpAsync();

    private protected async Task<TestNode> StartAsync(Action<WsmqOptions>? options = null)
    {
        var node = await TestNode.StartAsync(UseStore, options);
        _nodes.Add(node);
        return node;
    }

    private static OutgoingMessage Message(string to, int number) =>
        new() { To = to, Id = $"m{number}", Body = JsonBody.Parse(number.ToString("D", null)) };

    private static async Task<Receipt[]> PublishAsync(TestNode node, string to, int first, int count)
    {
        var results = await node.Publisher.SendManyAsync([.. Enumerable.Range(first, count).Select(i => Message(to, i))]);
        return [.. results.Select(r => r.Receipt!)];
    }

    private static string[] Numbers(int first, int count) => [.. Enumerable.Range(first, count).Select(i => i.ToString("D", null))];

    [Fact]
    public async Task What_was_sent_while_a_user_was_away_comes_in_order()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        foreach (var text in new[] { "one", "two", "three" })
            await alice.SendAsync("user:bob", text);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        await bob.ReceivesAsync("\"one\"", "\"two\"", "\"three\"");
        bob.Received.Should().OnlyContain(d => d.Sender == "alice" && d.Source == "user:bob" && d.Type == "test");
        bob.Received.Skip(1).Select(d => d.Previous).Should().Equal(bob.Received.SkipLast(1).Select(d => d.Position));
    }

    [Fact]
    public async Task A_repeated_send_is_stored_once_and_the_same_id_of_somebody_else_is_another_message()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var carol = await PlainClient.ConnectAsync(node, "carol");

        var first = await alice.SendAsync("user:bob", 1, id: "x");
        var repeated = await alice.SendAsync("user:bob", 1, id: "x");
        var other = await carol.SendAsync("user:bob", 2, id: "x");
        var app = await node.Publisher.SendAsync(new OutgoingMessage { To = "user:bob", Id = "x", Body = JsonBody.Parse("3") });

        repeated.Should().Be(first with { Duplicate = true });
        other.Duplicate.Should().BeFalse();
        app.Duplicate.Should().BeFalse();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync("1", "2", "3");
        bob.Received[2].Sender.Should().BeNull();
    }

    [Fact]
    public async Task Every_device_gets_everything_once_and_goes_on_behind_its_own_cursor()
    {
        var node = await StartAsync();
        await PublishAsync(node, "user:bob", 0, 5);
        await using (var phone = await PlainClient.ConnectAsync(node, "bob", "phone"))
        {
            await phone.ReceivesAsync(Numbers(0, 5));
            await phone.Connection.InvokeAsync("Ack", "user:bob", phone.Received[4].Position);
        }

        await PublishAsync(node, "user:bob", 5, 5);
        await using var laptop = await PlainClient.ConnectAsync(node, "bob", "laptop");
        await using var again = await PlainClient.ConnectAsync(node, "bob", "phone");

        await laptop.ReceivesAsync(Numbers(0, 10));
        await again.ReceivesAsync(Numbers(5, 5));
        laptop.Gaps.Should().BeEmpty();
        again.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_acks_the_window_fills_and_the_same_comes_again_after_a_reconnect()
    {
        var node = await StartAsync(o => (o.Window, o.StallAfter) = (10, TimeSpan.FromMilliseconds(200)));
        await PublishAsync(node, "user:bob", 0, 30);
        await using (var silent = await PlainClient.ConnectAsync(node, "bob", ack: false))
        {
            await Eventually.That("the server says that it waits", () => silent.Stalled.Count == 1);
            silent.Bodies.Should().Equal(Numbers(0, 10));
            await silent.Connection.InvokeAsync("Ack", "user:bob", silent.Received[3].Position);
            await Eventually.That("an ack makes room", () => silent.Received.Count == 14);
        }

        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync(Numbers(4, 26));
    }

    [Fact]
    public async Task A_backlog_of_10000_comes_in_order_without_growing_the_memory_of_the_server()
    {
        const int Count = 10_000;
        var node = await StartAsync();
        var filler = new string('x', 4_000);
        foreach (var part in Enumerable.Range(0, Count).Chunk(1_000))
        {
            await node.Publisher.SendManyAsync(
                [.. part.Select(i => new OutgoingMessage { To = "user:bob", Body = JsonBody.Parse($$"""{"n":{{i}},"x":"{{filler}}"}""") })]);
        }

        // A reader that has filled its window holds as much as it ever will.
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using (var silent = await PlainClient.ConnectAsync(node, "bob", ack: false))
        {
            await Eventually.That("the window is full", () => silent.Received.Count == 256);
            var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
            grown.Should().BeLessThan(10L * 1024 * 1024, "the backlog is 40 MB, the window with the client's own copy about 2 MB");
        }

        var next = 0;
        var inOrder = true;
        await using var bob = await PlainClient.ConnectAsync(
            node, "bob", onReceive: d => inOrder &= d.Body.ToString()!.StartsWith($$"""{"n":{{next++}},""", StringComparison.Ordinal));
        await Eventually.That("all have come", () => next >= Count);
        inOrder.Should().BeTrue();
        next.Should().Be(Count);
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_group_that_was_left_and_joined_again_delivers_nothing_of_the_time_between()
    {
        var node = await StartAsync();
        await node.Groups.AddAsync("ops", "bob");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await PublishAsync(node, "group:ops", 0, 2);
        await bob.ReceivesAsync(Numbers(0, 2));

        await node.Groups.RemoveAsync("ops", "bob");
        await PublishAsync(node, "group:ops", 2, 2);
        await node.Groups.AddAsync("ops", "bob");
        await Eventually.That("the live connection reads the group again", () => CanAckAsync(bob, "group:ops"));
        await PublishAsync(node, "group:ops", 4, 2);

        await bob.ReceivesAsync("0", "1", "4", "5");
        bob.Gaps.Should().BeEmpty();
        (await node.Groups.MembersAsync("ops")).Should().Equal("bob");
        (await node.Groups.GroupsOfAsync("bob")).Should().Equal("ops");
    }

    [Fact]
    public async Task A_trimmed_range_is_announced_exactly_before_delivery_goes_on()
    {
        var node = await StartAsync(o => o.Retention.MaxCount = 10);
        await using (var early = await PlainClient.ConnectAsync(node, "bob"))
        {
            await PublishAsync(node, "user:bob", 0, 3);
            await early.ReceivesAsync(Numbers(0, 3));
            await early.Connection.InvokeAsync("Ack", "user:bob", early.Received[2].Position);
        }

        var receipts = await PublishAsync(node, "user:bob", 3, 20);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync(Numbers(13, 10));
        var gap = bob.Gaps.Should().ContainSingle().Subject;
        gap.Should().BeEquivalentTo(new { Source = "user:bob", Reason = GapReasons.Retention, Received = 0 });
        receipts.Where(r => Missing(gap, r.Position)).Should().Equal(receipts.Take(10));
    }

    [Fact]
    public async Task A_consumed_log_gives_out_higher_positions_and_an_older_reader_hears_of_the_gap()
    {
        var node = await StartAsync(o => (o.AckGrace, o.FeedEntries) = (TimeSpan.Zero, 0));
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var receipts = await PublishAsync(node, "user:bob", 0, 3);
        await bob.ReceivesAsync(Numbers(0, 3));
        await bob.Connection.InvokeAsync("Ack", "user:bob", receipts[2].Position);

        await bob.Connection.InvokeAsync("Resume", "user:bob", receipts[0].Position);
        await Eventually.That("the gap is announced", () => bob.Gaps.Count == 1);
        var next = (await PublishAsync(node, "user:bob", 3, 1))[0];

        await bob.ReceivesAsync(Numbers(0, 4));
        bob.Gaps[0].Reason.Should().Be(GapReasons.Consumed);
        receipts.Where(r => Missing(bob.Gaps[0], r.Position)).Should().Equal(receipts.Skip(1));
        string.CompareOrdinal(next.Position, receipts[2].Position).Should().BePositive();
        Missing(bob.Gaps[0], next.Position).Should().BeFalse();
    }

    [Fact]
    public async Task An_expired_log_gives_out_higher_positions_and_an_older_reader_hears_of_the_gap()
    {
        var node = await StartAsync(o => o.Retention.MaxAge = TimeSpan.FromSeconds(1));
        await using (var registers = await PlainClient.ConnectAsync(node, "bob"))
            await registers.Connection.InvokeAsync("Ack", "user:bob", Position.Start.ToString());
        var receipts = await PublishAsync(node, "user:bob", 0, 3);

        PlainClient bob = null!;
        await Eventually.That("the entries have expired", async () =>
        {
            bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
            await Eventually.That("something comes", () => bob.Received.Count + bob.Gaps.Count > 0);
            if (bob.Gaps.Count > 0 && bob.Received.Count == 0)
                return true;
            await bob.DisposeAsync();
            return false;
        });

        await using (bob)
        {
            var next = (await PublishAsync(node, "user:bob", 3, 1))[0];
            await bob.ReceivesAsync("3");
            bob.Gaps.Should().ContainSingle().Which.Reason.Should().Be(GapReasons.Retention);
            receipts.Should().OnlyContain(r => Missing(bob.Gaps[0], r.Position));
            string.CompareOrdinal(next.Position, receipts[2].Position).Should().BePositive();
        }
    }

    [Fact]
    public async Task A_client_resumes_from_a_position_that_it_kept()
    {
        var node = await StartAsync();
        var receipts = await PublishAsync(node, "user:bob", 0, 6);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync(Numbers(0, 6));

        await bob.Connection.InvokeAsync("Resume", "user:bob", receipts[3].Position);
        await bob.ReceivesAsync([.. Numbers(0, 6), .. Numbers(4, 2)]);
        await bob.Connection.InvokeAsync("Resume", "user:bob", Position.Start.ToString());
        await bob.ReceivesAsync([.. Numbers(0, 6), .. Numbers(4, 2), .. Numbers(0, 6)]);
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_reader_that_does_not_acknowledge_delays_nobody()
    {
        var node = await StartAsync(o => o.Window = 5);
        foreach (var user in new[] { "slow", "fast" })
            await node.Groups.AddAsync("ops", user);
        await using var slow = await PlainClient.ConnectAsync(node, "slow", ack: false);
        await using var fast = await PlainClient.ConnectAsync(node, "fast");

        await PublishAsync(node, "group:ops", 0, 500);

        await fast.ReceivesAsync(Numbers(0, 500));
        slow.Received.Count.Should().Be(5);
    }

    [Fact]
    public async Task Bytes_headers_and_addresses_with_special_characters_arrive_as_they_were()
    {
        var node = await StartAsync();
        const string Odd = "auth0|5f:a/b c{d}%41";
        await using var bob = await PlainClient.ConnectAsync(node, Odd, "my phone|1");
        var bytes = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();

        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await alice.Connection.InvokeAsync<Receipt>("Send", new OutgoingMessage
        {
            To = "user:" + Odd,
            Data = bytes,
            ContentType = "image/png",
            Headers = new Dictionary<string, string> { ["x-Trace"] = "ü 1" },
            CorrelationId = "c1",
            ReplyTo = "user:alice",
        });

        await Eventually.That("it comes", () => bob.Received.Count == 1);
        var got = bob.Received[0];
        got.Data!.Value.ToArray().Should().Equal(bytes);
        got.Should().BeEquivalentTo(new { Source = "user:" + Odd, ContentType = "image/png", CorrelationId = "c1", ReplyTo = "user:alice" });
        got.Headers.Should().Equal(new Dictionary<string, string> { ["x-Trace"] = "ü 1" });
        got.SentAt.Should().BeCloseTo(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 60_000);
    }

    [Fact]
    public async Task The_app_publishes_objects_and_learns_which_of_many_failed()
    {
        var node = await StartAsync();
        await node.Publisher.SendAsync(Address.User("bob"), new OrderShipped("o1"));
        var results = await node.Publisher.SendManyAsync(
        [
            new OutgoingMessage { To = "user:bob", Body = JsonBody.Parse("1") },
            new OutgoingMessage { To = "nobody" },
            new OutgoingMessage { To = "work:jobs" },
            new OutgoingMessage { To = "user:bob", Body = JsonBody.Parse("2") },
        ]);

        results.Select(r => r.Error?.Error).Should().Equal(null, WsmqErrors.InvalidAddress, WsmqErrors.UnsupportedAddress, null);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync("""{"id":"o1"}""", "1", "2");
        bob.Received[0].Type.Should().Be("order-shipped");
    }

    [Fact]
    public async Task Live_pushes_reach_users_and_the_groups_that_they_are_in()
    {
        var node = await StartAsync();
        await node.Groups.AddAsync("ops", "bob");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using var carol = await PlainClient.ConnectAsync(node, "carol");

        await bob.Connection.InvokeAsync("Ack", "group:ops", Position.Start.ToString());
        await node.Live.Clients.User("bob").Live(new LiveMessage { Type = "tick", Body = JsonBody.Parse("1") });
        await node.Live.Clients.Group("ops").Live(new LiveMessage { Data = new byte[] { 1, 2 }, ContentType = "x/y" });
        await node.Live.Clients.All.Live(new LiveMessage { Type = "all" });

        await Eventually.That("all have come", () => bob.Live.Count == 3 && carol.Live.Count == 1);
        bob.Live.Single(m => m.Type == "tick").Body.ToString().Should().Be("1");
        bob.Live.Single(m => m.Type is null).Data!.Value.ToArray().Should().Equal(1, 2);
        carol.Live[0].Type.Should().Be("all");
    }

    private static bool Missing(GapSeen gap, string position) =>
        string.CompareOrdinal(gap.After, position) < 0 && string.CompareOrdinal(position, gap.Before) < 0;

    private static async Task<bool> CanAckAsync(PlainClient client, string source)
    {
        try
        {
            await client.Connection.InvokeAsync("Ack", source, Position.Start.ToString());
            return true;
        }
        catch (HubException e) when (WsmqError.Find(e.Message) == WsmqErrors.ReadNotAllowed)
        {
            return false;
        }
    }

    [MessageType("order-shipped")]
    private sealed record OrderShipped(string Id);
}

public sealed class SqliteNodeTests : NodeContract
{
    private readonly TempFolder _folder = new();

    public override Task InitializeAsync() => Task.CompletedTask;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));

    private protected override Task CleanUpAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }
}

public sealed class RedisNodeTests : NodeContract
{
    private RedisServer _redis = null!;

    public override async Task InitializeAsync() => _redis = await RedisServer.StartAsync(appendOnly: true);

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(_redis.EndPoint);

    private protected override async Task CleanUpAsync() => await _redis.DisposeAsync();
}
