using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Messages with a delay: they arrive at their time, in their order, once.
public abstract partial class NodeContract
{
    [Fact]
    public async Task A_message_with_a_delay_has_no_position_and_arrives_when_it_is_due()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var at = DateTimeOffset.UtcNow.AddSeconds(3).ToUnixTimeMilliseconds();
        var receipt = await alice.Connection.InvokeAsync<WsmqReceipt>("Send", new { to = "user:bob", id = "late", body = 2, notBefore = at + 200 });
        var many = await alice.Connection.InvokeAsync<WsmqItemResult[]>(
            "SendMany", new[] { new { to = "user:bob", body = 1, notBefore = at }, new { to = "user:bob", body = 0, notBefore = 1L } });

        receipt.Should().BeEquivalentTo(new { Id = "late", Position = "", Duplicate = false });
        many[0].Should().BeEquivalentTo(new { Position = (string?)null, Error = (string?)null });
        many[0].DueAt.Should().NotBeNull();
        many[1].DueAt.Should().BeNull();
        await bob.ReceivesAsync("0", "1", "2");
        TimeOf(bob.Received[2]).Should().BeOnOrAfter(receipt.DueAt!.Value);
        TimeOf(bob.Received[1]).Should().BeOnOrAfter(many[0].DueAt!.Value);
        bob.Received[2].Should().BeEquivalentTo(new { Id = "late", Sender = "alice", Previous = bob.Received[1].Position });
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task Those_of_one_time_arrive_in_the_order_of_sending_also_in_a_group()
    {
        var node = await StartAsync();
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var at = DateTimeOffset.UtcNow.AddSeconds(1);

        await node.Publisher.SendManyAsync([.. Enumerable.Range(0, 200).Select(i => Message("group:ops", i) with { NotBefore = at })]);

        await bob.ReceivesAsync(Numbers(0, 200));
    }

    [Fact]
    public async Task A_repeat_while_a_message_waits_and_after_it_was_due_is_a_duplicate()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        Task<WsmqReceipt> SendAsync() => alice.Connection.InvokeAsync<WsmqReceipt>("Send", new { to = "user:bob", id = "m", body = 0, delay = 500 });

        var first = await SendAsync();
        var second = await SendAsync();
        await bob.ReceivesAsync("0");
        var third = await SendAsync();
        await alice.SendAsync("user:bob", 1);

        (first.Duplicate, second.Duplicate, third.Duplicate).Should().Be((false, true, true));
        (second.Position, second.DueAt, third.Position).Should().Be(("", null, ""));
        await bob.ReceivesAsync("0", "1");
    }

    [Fact]
    public async Task A_message_that_its_sender_cancels_does_not_arrive_and_nobody_else_can_cancel_it()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var eve = await PlainClient.ConnectAsync(node, "eve");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await alice.Connection.InvokeAsync("Send", new { to = "user:bob", id = "a", body = 0, delay = 3_600_000 });
        await alice.Connection.InvokeAsync("Send", new { to = "user:bob", id = "b", body = 1, delay = 1_000 });
        await node.Publisher.SendAsync(Message("user:bob", 2) with { Id = "c", Delay = TimeSpan.FromHours(1) });
        static Task<bool> CancelAsync(PlainClient client, string id) => client.Connection.InvokeAsync<bool>("CancelDelayed", "user:bob", id);

        (await CancelAsync(eve, "a")).Should().BeFalse();
        (await CancelAsync(alice, "c")).Should().BeFalse("the app sent it");
        (await CancelAsync(alice, "a")).Should().BeTrue();
        (await CancelAsync(alice, "a")).Should().BeFalse();
        (await node.Publisher.CancelDelayedAsync(WsmqAddress.User("bob"), "c")).Should().BeTrue();

        await bob.ReceivesAsync("1");
        (await CancelAsync(alice, "b")).Should().BeFalse();
        await alice.SendAsync("user:bob", 3);
        await bob.ReceivesAsync("1", "3");
    }

    [Fact]
    public async Task The_life_of_a_message_begins_when_it_is_due()
    {
        var node = await StartAsync();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var receipt = await node.Publisher.SendAsync(
            Message("user:bob", 0) with { Delay = TimeSpan.FromSeconds(1), TimeToLive = TimeSpan.FromHours(1) });
        await bob.ReceivesAsync("0");

        var entry = (await node.Services.GetRequiredService<IWsmqLogs>().ListAsync(WsmqAddress.User("bob"), new WsmqEntryQuery())).Items.Single();

        entry.StoredAt.Should().BeOnOrAfter(receipt.DueAt!.Value);
        entry.ExpiresAt.Should().Be(entry.StoredAt.AddHours(1));
        entry.SentAt.Should().BeBefore(receipt.DueAt!.Value);
    }

    [Fact]
    public async Task A_delay_that_is_too_long_or_of_a_message_with_a_number_is_refused()
    {
        var node = await StartAsync(o => o.Publish.MaxDelay = TimeSpan.FromMinutes(1));
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        async Task<string?> CodeAsync(object message) =>
            WsmqError.Find((await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", new[] { message })).Single().Error)?.Code;

        (await CodeAsync(new { to = "user:bob", delay = 60_001 })).Should().Be("invalid-message");
        (await CodeAsync(new { to = "user:bob", notBefore = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds() })).Should().Be("invalid-message");
        (await CodeAsync(new { to = "user:bob", delay = 60_000 })).Should().BeNull();
        var produced = alice.Connection.StreamAsync<WsmqItemResult[]>("Produce", "p", 1, One(new { to = "user:bob", sequence = 1, delay = 10 }));
        WsmqError.Find((await produced.SingleAsync()).Single().Error)!.Code.Should().Be("invalid-message");

        static async IAsyncEnumerable<object[]> One(object message)
        {
            await Task.CompletedTask;
            yield return [message];
        }
    }

    // A position is the store's time in µs.
    private static DateTimeOffset TimeOf(WsmqDelivery delivery) => DateTimeOffset.UnixEpoch.AddMicroseconds(WsmqPosition.Parse(delivery.Position).Value);
}
