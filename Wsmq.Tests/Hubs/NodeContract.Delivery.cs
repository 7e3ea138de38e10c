using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Order, devices, in-flight windows, resuming.
public abstract partial class NodeContract
{
    [Fact]
    public async Task Messages_sent_while_a_user_was_offline_arrive_in_order()
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
    public async Task Every_device_receives_every_message_once_and_continues_after_its_own_cursor()
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
    public async Task Without_acks_the_in_flight_window_fills_and_its_messages_are_redelivered_after_a_reconnect()
    {
        var node = await StartAsync(o => (o.Delivery.MaxInFlightMessages, o.Delivery.StallAfter) = (10, TimeSpan.FromMilliseconds(200)));
        await PublishAsync(node, "user:bob", 0, 30);
        await using (var silent = await PlainClient.ConnectAsync(node, "bob", ack: false))
        {
            await Eventually.That("the server reports that the delivery is stalled", () => silent.Stalled.Count == 1);
            silent.Bodies.Should().Equal(Numbers(0, 10));
            await silent.Connection.InvokeAsync("Ack", "user:bob", silent.Received[3].Position);
            await Eventually.That("an ack frees slots of the window", () => silent.Received.Count == 14);
        }

        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync(Numbers(4, 26));
    }

    [Fact]
    public async Task A_backlog_of_10000_messages_arrives_in_order()
    {
        const int Count = 10_000;
        var node = await StartAsync();
        foreach (var part in Enumerable.Range(0, Count).Chunk(1_000))
        {
            await node.Publisher.SendManyAsync(
                [.. part.Select(i => new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse($$"""{"n":{{i}},"x":"{{new string('x', 100)}}"}""") })]);
        }

        var next = 0;
        var inOrder = true;
        await using var bob = await PlainClient.ConnectAsync(
            node, "bob", onReceive: d => inOrder &= d.Body.ToString()!.StartsWith($$"""{"n":{{next++}},""", StringComparison.Ordinal));
        await Eventually.That("all messages arrive", () => next >= Count);
        inOrder.Should().BeTrue();
        next.Should().Be(Count);
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_client_that_resumes_receives_the_entries_after_the_position_that_it_stored()
    {
        var node = await StartAsync();
        var receipts = await PublishAsync(node, "user:bob", 0, 6);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync(Numbers(0, 6));

        await bob.Connection.InvokeAsync("Resume", "user:bob", receipts[3].Position);
        await bob.ReceivesAsync([.. Numbers(0, 6), .. Numbers(4, 2)]);
        await bob.Connection.InvokeAsync("Resume", "user:bob", WsmqPosition.Start.ToString());
        await bob.ReceivesAsync([.. Numbers(0, 6), .. Numbers(4, 2), .. Numbers(0, 6)]);
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_reader_that_does_not_acknowledge_delays_no_other_reader()
    {
        var node = await StartAsync(o => o.Delivery.MaxInFlightMessages = 5);
        foreach (var user in new[] { "slow", "fast" })
            await node.Groups.AddToGroupAsync(user, "ops");
        await using var slow = await PlainClient.ConnectAsync(node, "slow", ack: false);
        await using var fast = await PlainClient.ConnectAsync(node, "fast");

        await PublishAsync(node, "group:ops", 0, 500);

        await fast.ReceivesAsync(Numbers(0, 500));
        await Eventually.That("the in-flight window of the other one is full", () => slow.Received.Count >= 5);
        slow.Received.Count.Should().Be(5);
    }
}
