using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Messages that cannot be handled.
public abstract partial class NodeContract
{
    private static Task<int> NackAsync(PlainClient client, WsmqDelivery delivery, string? reason = "Boom") =>
        client.Connection.InvokeAsync<int>("Nack", delivery.Source, delivery.Position, reason);

    [Fact]
    public async Task A_message_nacked_as_often_as_MaxAttempts_is_dead_lettered_and_delivery_continues_after_it()
    {
        var node = await StartAsync(o => (o.DeadLetters.MaxAttempts, o.Delivery.MaxInFlightMessages) = (3, 2));
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        var p = await PublishAsync(node, "user:bob", 0, 4);
        await bob.ReceivesAsync("0", "1");

        (await NackAsync(bob, bob.Received[0])).Should().Be(1);
        (await NackAsync(bob, bob.Received[0])).Should().Be(2);
        (await NackAsync(bob, bob.Received[0], "Boom\nbang" + new string('x', 1000))).Should().Be(3);

        await bob.ReceivesAsync("0", "1", "2");
        await HasDeadLetteredAsync(bob, 1);
        bob.DeadLettered[0].Should().Be(("user:bob", p[0].Position, 3));
        var letter = (await DeadLetters(node).ListAsync("bob")).Should().ContainSingle().Subject;
        letter.Should().BeEquivalentTo(new { Source = WsmqAddress.User("bob"), Device = "default", Attempts = 3, Message = (WsmqDelivery?)null });
        letter.Reason.Should().StartWith("Boom bang").And.HaveLength(256);
        bob.Gaps.Should().BeEmpty();
    }

    [Theory]
    [InlineData(20)]
    [InlineData(0)]
    public async Task A_message_that_a_client_has_no_handler_for_is_dead_lettered_at_once_for_its_device_only(int maxAttempts)
    {
        var node = await StartAsync(o => o.DeadLetters.MaxAttempts = maxAttempts);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await using var laptop = await PlainClient.ConnectAsync(node, "bob", "laptop", ack: false);
        await using var twin = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await PublishAsync(node, "user:bob", 0, 3);
        foreach (var client in new[] { bob, laptop, twin })
            await client.ReceivesAsync("0", "1", "2");

        (await NackAsync(bob, bob.Received[1], WsmqNackReasons.NoHandler)).Should().Be(0, "the one before it is not acknowledged");
        (await NackAsync(bob, bob.Received[0], WsmqNackReasons.NoHandler)).Should().Be(1);
        await HasDeadLetteredAsync(bob, 1);
        (await NackAsync(twin, twin.Received[0], WsmqNackReasons.NoHandler))
            .Should().Be(1, "another connection of the device gets the same count");
        await HasDeadLetteredAsync(twin, 1);
        await twin.Connection.InvokeAsync("Ack", "user:bob", twin.Received[1].Position);
        (await NackAsync(bob, bob.Received[1], WsmqNackReasons.NoHandler)).Should().Be(1, "the other connection acknowledged it");
        await HasDeadLetteredAsync(bob, 2);

        var letter = (await DeadLetters(node).ListAsync("bob")).Should().ContainSingle().Subject;
        letter.Should().BeEquivalentTo(new { Device = "default", Attempts = 1, Reason = "no-handler" });
        letter.Position.ToString().Should().Be(bob.Received[0].Position);
        laptop.DeadLettered.Should().BeEmpty();
    }

    [WsmqMessageType("known")]
    private sealed record Known(int Value);

    [Fact]
    public async Task A_message_without_a_handler_in_the_typed_client_is_dead_lettered_and_redelivered_when_replayed()
    {
        var node = await StartAsync();
        var handled = new ConcurrentQueue<string>();
        await using var client = new WsmqClient(node.Hub, o => o.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For("bob")));
        client.On<Known>((message, _) => Handle($"known {message.Body.Value}"));
        await client.StartAsync();
        await node.Publisher.SendAsync(WsmqAddress.User("bob"), new { Value = 1 }, new WsmqSendOptions { Type = "unknown" });
        await node.Publisher.SendAsync(WsmqAddress.User("bob"), new Known(2));
        await Eventually.That("the second is handled", () => handled.Count == 1);

        var letter = (await DeadLetters(node).ListAsync("bob")).Should().ContainSingle().Subject;
        letter.Reason.Should().Be(WsmqNackReasons.NoHandler);
        client.On<Known>("unknown", (message, _) => Handle($"unknown {message.Body.Value}"));
        await DeadLetters(node).ReplayAsync("bob", letter.Id);
        await Eventually.That("the replayed one is handled", () => handled.Count == 2);
        handled.Should().Equal("known 2", "unknown 1");

        Task Handle(string what)
        {
            handled.Enqueue(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Acks_before_a_nack_are_stored_before_the_nack_counts()
    {
        var node = await StartAsync(o => o.DeadLetters.MaxAttempts = 1);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await PublishAsync(node, "user:bob", 0, 3);
        await bob.ReceivesAsync(Numbers(0, 3));

        (await NackAsync(bob, bob.Received[1])).Should().Be(0, "the one before it is not acknowledged");
        await bob.Connection.SendAsync("Ack", "user:bob", bob.Received[0].Position);
        (await NackAsync(bob, bob.Received[1])).Should().Be(1);
        await HasDeadLetteredAsync(bob, 1);
        bob.DeadLettered[0].Position.Should().Be(bob.Received[1].Position);
    }

    [Fact]
    public async Task Another_connection_of_the_device_is_notified_of_the_dead_letter_when_it_nacks_too()
    {
        var node = await StartAsync(o => o.DeadLetters.MaxAttempts = 2);
        await using var one = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await using var two = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await PublishAsync(node, "user:bob", 0, 2);
        await one.ReceivesAsync("0", "1");
        await two.ReceivesAsync("0", "1");

        await NackAsync(one, one.Received[0]);
        await NackAsync(one, one.Received[0]);
        await HasDeadLetteredAsync(one, 1);
        two.DeadLettered.Should().BeEmpty();
        (await NackAsync(two, two.Received[0])).Should().Be(2);
        await HasDeadLetteredAsync(two, 1);
        (await DeadLetters(node).ListAsync("bob")).Should().ContainSingle();

        // The first connection acknowledges the next message, and only the second nacks it: the second is released from it, and nothing is
        // dead-lettered.
        await one.Connection.InvokeAsync("Ack", "user:bob", one.Received[1].Position);
        (await NackAsync(two, two.Received[1])).Should().Be(0);
        (await NackAsync(two, two.Received[1])).Should().Be(2);
        await HasDeadLetteredAsync(two, 2);
        (await DeadLetters(node).ListAsync("bob")).Should().ContainSingle();
    }

    [Theory]
    [InlineData(WsmqNackReasons.NoHandler)]
    [InlineData("Boom")]
    public async Task A_connection_that_repeats_a_nack_is_notified_once_and_the_dead_letter_is_counted_once(string reason)
    {
        var node = await StartAsync(o => o.DeadLetters.MaxAttempts = 1);
        using var deadLettered = new NodeCounter(node, "wsmq.messages.dead_lettered");
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await using var twin = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await PublishAsync(node, "user:bob", 0, 1);
        await bob.ReceivesAsync("0");
        await twin.ReceivesAsync("0");

        for (var i = 0; i < 10; i++)
            (await NackAsync(bob, bob.Received[0], reason)).Should().Be(1);
        for (var i = 0; i < 10; i++)
            (await NackAsync(twin, twin.Received[0], reason)).Should().Be(1);
        await PublishAsync(node, "user:bob", 1, 1);
        await bob.ReceivesAsync("0", "1");
        await twin.ReceivesAsync("0", "1");

        (bob.DeadLettered.Count, twin.DeadLettered.Count, deadLettered.Count).Should().Be((1, 1, 1));
        await bob.Connection.InvokeAsync("Resume", "user:bob", WsmqPosition.Start.ToString());
        await bob.ReceivesAsync("0", "1", "0", "1");
        (await NackAsync(bob, bob.Received[0], reason)).Should().Be(1);
        await HasDeadLetteredAsync(bob, 2);
        deadLettered.Count.Should().Be(1);
    }

    [Fact]
    public async Task A_dead_letter_can_be_read_and_replayed_for_its_user_only()
    {
        var node = await StartAsync(o => o.DeadLetters.MaxAttempts = 1);
        await node.Groups.AddToGroupAsync("bob", "team");
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await Eventually.That("bob reads the group", async () => await TryFailAsync(bob));
        var receipt = await node.Publisher.SendAsync(new WsmqOutgoingMessage
        {
            To = "group:team", Id = "m1", Type = "t", Data = new byte[] { 1, 2 }, ContentType = "x/y",
            Headers = new Dictionary<string, string> { ["k"] = "v" }, CorrelationId = "c", ReplyTo = "user:alice",
        });
        await alice.SendAsync("user:bob", "mine");
        await Eventually.That("both messages arrive", () => bob.Received.Count == 2);
        foreach (var delivery in bob.Received.OrderBy(d => d.Source, StringComparer.Ordinal))
            await NackAsync(bob, delivery);

        var first = (await DeadLetters(node).ListAsync("bob", max: 1)).Should().ContainSingle().Subject;
        first.Source.Should().Be(WsmqAddress.Group("team"));
        var second = (await DeadLetters(node).ListAsync("bob", first.Id)).Should().ContainSingle().Subject;
        (await DeadLetters(node).ListAsync("bob", second.Id)).Should().BeEmpty();
        (await DeadLetters(node).ListAsync("alice")).Should().BeEmpty();
        (await DeadLetters(node).ReadAsync("alice", first.Id)).Should().BeNull();
        (await DeadLetters(node).ReplayAsync("alice", first.Id)).Should().BeNull();
        (await DeadLetters(node).RemoveAsync("alice", first.Id)).Should().BeFalse();
        var read = (await DeadLetters(node).ReadAsync("bob", first.Id))!.Message!;
        read.Should().BeEquivalentTo(new { Position = receipt.Position, Id = "m1", Type = "t", ContentType = "x/y", Sender = (string?)null });
        read.Data!.Value.ToArray().Should().Equal(1, 2);

        var replayed = (await DeadLetters(node).ReplayAsync("bob", first.Id))!;
        (await DeadLetters(node).ReplayAsync("bob", first.Id)).Should().BeNull();
        await DeadLetters(node).ReplayAsync("bob", second.Id);

        await Eventually.That("both messages are delivered again", () => bob.Received.Count == 4);
        var again = bob.Received[2];
        again.Should().BeEquivalentTo(new { Source = "user:bob", replayed.Position, replayed.Id, Type = "t", CorrelationId = "c", ReplyTo = "user:alice", read.SentAt });
        again.Data!.Value.ToArray().Should().Equal(1, 2);
        again.Headers.Should().Equal(new Dictionary<string, string>
        {
            ["k"] = "v", [WsmqReplayHeaders.Source] = "group:team", [WsmqReplayHeaders.Position] = receipt.Position,
        });
        (bob.Received[3].Sender, bob.Bodies[3]).Should().Be(("alice", "\"mine\""));
        (await DeadLetters(node).ListAsync("bob")).Should().BeEmpty();

        static async Task<bool> TryFailAsync(PlainClient client)
        {
            try
            {
                return await client.Connection.InvokeAsync<int>("Nack", "group:team", WsmqPosition.Start.ToString(), null) >= 0;
            }
            catch (Exception e) when (WsmqException.From(e)?.Error == WsmqErrors.ReadNotAllowed)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Invalid_nacks_are_refused_with_the_codes_of_invalid_acks()
    {
        var node = await StartAsync();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await ShouldBeAsync(["group:none", WsmqPosition.Start.ToString(), null], WsmqErrors.ReadNotAllowed);
        await ShouldBeAsync(["user:alice", WsmqPosition.Start.ToString(), null], WsmqErrors.ReadNotAllowed);
        await ShouldBeAsync(["nobody", WsmqPosition.Start.ToString(), null], WsmqErrors.InvalidAddress);
        await ShouldBeAsync(["user:bob", "1", null], WsmqErrors.InvalidPosition);
        await ShouldBeAsync([5, new { }, new[] { 1 }], WsmqErrors.InvalidAddress);
        await ShouldBeAsync(["user:bob", "0000000000000009", "x"], WsmqErrors.AckBeyondTail);

        async Task ShouldBeAsync(object?[] arguments, WsmqError error)
        {
            var call = () => bob.Connection.InvokeCoreAsync<int>("Nack", arguments);
            WsmqException.From((await call.Should().ThrowAsync<Exception>()).Which)!.Error.Should().Be(error);
        }
    }

    // The client runs callbacks one after another, and a completion does not wait for them.
    private static Task HasDeadLetteredAsync(PlainClient client, int deadLettered) =>
        Eventually.That($"{deadLettered} dead letters are announced", () => client.DeadLettered.Count == deadLettered);

    private static IWsmqDeadLetters DeadLetters(TestNode node) => node.Services.GetRequiredService<IWsmqDeadLetters>();
}
