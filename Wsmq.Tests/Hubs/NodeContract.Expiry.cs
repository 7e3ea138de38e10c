using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Messages that expired before they could be delivered are announced as gaps.
public abstract partial class NodeContract
{
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Expired_messages_are_one_gap_in_their_place_and_the_others_arrive()
    {
        var node = await StartAsync();
        var first = await PublishAsync(node, "user:bob", 0, 1);
        var expired = await PublishAsync(node, "user:bob", 1, 3, Brief);
        var last = await PublishAsync(node, "user:bob", 4, 1, TimeSpan.FromHours(1));
        await IsOverAsync(node, expired[^1]);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        await bob.ReceivesAsync("0", "4");
        bob.Gaps.Should().Equal(new GapSeen("user:bob", first[0].Position, After(expired[^1]), WsmqGapReasons.Expired, Received: 1));
        bob.Received[0].TimeToLive.Should().BeNull();
        bob.Received[1].Should().BeEquivalentTo(new { last[0].Position, Previous = expired[^1].Position, TimeToLive = 3_600_000 });
    }

    [Fact]
    public async Task Expired_messages_at_the_tail_are_announced_without_a_later_message_and_not_again_once_they_are_acknowledged()
    {
        var node = await StartAsync();
        var expired = await PublishAsync(node, "user:bob", 0, 2, Brief);
        await IsOverAsync(node, expired[^1]);
        await using (var bob = await PlainClient.ConnectAsync(node, "bob"))
        {
            await Eventually.That("the gap is announced", () => bob.Gaps.Count == 1);
            bob.Gaps[0].Should().Be(new GapSeen("user:bob", WsmqPosition.Start.ToString(), After(expired[^1]), WsmqGapReasons.Expired, Received: 0));
            await bob.Connection.InvokeAsync("Ack", "user:bob", expired[^1].Position);
        }

        await using var next = await PlainClient.ConnectAsync(node, "bob");
        await PublishAsync(node, "user:bob", 2, 1);
        await next.ReceivesAsync("2");
        next.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_message_that_expires_while_the_connection_owes_acks_is_not_delivered()
    {
        var node = await StartAsync(o => o.Delivery.MaxInFlightMessages = 1);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await PublishAsync(node, "user:bob", 0, 1);
        await bob.ReceivesAsync("0");
        var expired = await PublishAsync(node, "user:bob", 1, 1, Brief);
        await PublishAsync(node, "user:bob", 2, 1);
        await IsOverAsync(node, expired[0]);

        await bob.Connection.InvokeAsync("Ack", "user:bob", bob.Received[0].Position);

        await bob.ReceivesAsync("0", "2");
        bob.Gaps.Should().Equal(new GapSeen("user:bob", bob.Received[0].Position, After(expired[0]), WsmqGapReasons.Expired, Received: 1));
    }

    [Fact]
    public async Task Expired_messages_of_several_pages_are_one_gap()
    {
        var node = await StartAsync();
        var expired = new List<WsmqReceipt>();
        for (var i = 0; i < 3; i++)
            expired.AddRange(await PublishAsync(node, "user:bob", 400 * i, 400, Brief));
        await PublishAsync(node, "user:bob", 2_000, 1);
        await IsOverAsync(node, expired[^1]);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        await bob.ReceivesAsync("2000");
        bob.Gaps.Should().Equal(
            new GapSeen("user:bob", WsmqPosition.Start.ToString(), After(expired[^1]), WsmqGapReasons.Expired, Received: 0));
    }

    [Fact]
    public async Task What_retention_removed_before_expired_messages_is_a_gap_of_its_own()
    {
        var node = await StartAsync(o => (o.Retention.MaxCount, o.Delivery.CachedEntriesPerAddress) = (3, 0));
        await using (var early = await PlainClient.ConnectAsync(node, "bob"))
        {
            await PublishAsync(node, "user:bob", 0, 1);
            await early.ReceivesAsync("0");
            await early.Connection.InvokeAsync("Ack", "user:bob", early.Received[0].Position);
        }

        var all = await PublishAsync(node, "user:bob", 1, 6, Brief);
        await IsOverAsync(node, all[^1]);
        await node.Services.GetRequiredService<IStore>().Inspection.FindAsync(WsmqAddress.User("bob"), default);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        await Eventually.That("both gaps are announced", () => bob.Gaps.Count == 2);
        bob.Gaps.Select(g => (g.Reason, g.Before)).Should().Equal(
            (WsmqGapReasons.Retention, After(all[2])), (WsmqGapReasons.Expired, After(all[^1])));
    }

    [Fact]
    public async Task A_short_life_behind_a_long_one_takes_no_space_once_it_is_over_and_is_announced_alone()
    {
        var node = await StartAsync(o => o.Delivery.AckGrace = TimeSpan.Zero);
        using var removed = new NodeCounter(node, "wsmq.messages.expired");
        var a = (await PublishAsync(node, "user:bob", 0, 1, TimeSpan.FromHours(1))).Single();
        var b = (await PublishAsync(node, "user:bob", 1, 1, Brief)).Single();
        var c = (await PublishAsync(node, "user:bob", 2, 1)).Single();
        await RemovedAsync(node, "user:bob", left: 2);
        await Eventually.That("it is counted", () => removed.Count == 1);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        await bob.ReceivesAsync("0", "2");
        bob.Gaps.Should().Equal(new GapSeen("user:bob", a.Position, After(b), WsmqGapReasons.Expired, Received: 1));
        bob.Received[1].Should().BeEquivalentTo(new { c.Position, Previous = b.Position });
        (await node.Services.GetRequiredService<IStore>().DeadLetters.ListAsync(WsmqAddress.User("bob"), "bob", default)).Should().BeEmpty();
        await bob.Connection.InvokeAsync("Ack", "user:bob", c.Position);
        await RemovedAsync(node, "user:bob", left: 0);
    }

    [Fact]
    public async Task What_has_expired_and_was_removed_is_one_gap_over_pages_with_what_expires_after_it()
    {
        var node = await StartAsync(o => o.Delivery.AckGrace = TimeSpan.Zero);
        await node.Groups.AddToGroupAsync("bob", "team");
        var removed = new List<WsmqReceipt>();
        for (var i = 0; i < 3; i++)
            removed.AddRange(await PublishAsync(node, "group:team", 400 * i, 400, Brief));
        await RemovedAsync(node, "group:team", left: 0);
        var last = (await PublishAsync(node, "group:team", 1_998, 1, Brief)).Single();
        await PublishAsync(node, "group:team", 2_000, 1);
        await IsOverAsync(node, last);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        await bob.ReceivesAsync("2000");
        bob.Gaps.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Source = "group:team", Before = After(last), Reason = WsmqGapReasons.Expired });
    }

    [Fact]
    public async Task What_has_expired_and_was_removed_at_the_tail_is_announced_to_a_reader_with_a_filter_and_the_life_of_the_message_says_so()
    {
        var node = await StartAsync(o => o.Delivery.AckGrace = TimeSpan.Zero);
        var expired = (await PublishAsync(node, "user:bob", 0, 2, Brief))[^1];
        await RemovedAsync(node, "user:bob", left: 0);
        await using var bob = PlainClient.Create(node.Hub, TestTokens.For("bob"));
        await bob.Connection.StartAsync();
        await bob.Connection.InvokeAsync("SetFilter", "user:bob", new { types = new[] { "other" } });

        await Eventually.That("the gap is announced", () => bob.Gaps.Count == 1);

        bob.Gaps.Should().Equal(new GapSeen("user:bob", WsmqPosition.Start.ToString(), After(expired), WsmqGapReasons.Expired, Received: 0));
        var life = await node.Services.GetRequiredService<IWsmqLogs>().LifeAsync(WsmqAddress.User("bob"), WsmqPosition.Parse(expired.Position));
        life.Entry.Should().BeNull();
        life.Events.Should().Contain(e => e.Kind == WsmqMessageEventKind.Removed);
    }

    private static Task RemovedAsync(TestNode node, string log, int left) => Eventually.That(
        $"{left} entries are left",
        async () => (await node.Services.GetRequiredService<IStore>().Inspection.FindAsync(WsmqAddress.Parse(log), default))?.Entries == left);

    private static async Task<WsmqReceipt[]> PublishAsync(TestNode node, string to, int first, int count, TimeSpan timeToLive)
    {
        var results = await node.Publisher.SendManyAsync(
            [.. Enumerable.Range(first, count).Select(i => Message(to, i) with { TimeToLive = timeToLive })]);
        return [.. results.Select(r => r.Receipt!)];
    }

    private static Task IsOverAsync(TestNode node, WsmqReceipt receipt) => Eventually.That(
        "the message has expired",
        () => node.Services.GetRequiredService<IStore>().Now > WsmqPosition.Parse(receipt.Position).Value + Brief.TotalMicroseconds);

    private static string After(WsmqReceipt receipt) => WsmqPosition.Parse(receipt.Position).Next().ToString();
}
