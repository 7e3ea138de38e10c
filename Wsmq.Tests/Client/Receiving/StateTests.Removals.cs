using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

// Removals of state, and what is sent.
public sealed partial class StateTests
{
    [Fact]
    public async Task A_removal_goes_to_its_handler_in_the_order_of_the_log_and_is_tried_again_when_that_fails()
    {
        Record();
        var fails = 1;
        Client.OnAny((delivery, _) => throw new InvalidOperationException($"a handler of others got {delivery.Position}"));
        Client.OnStateRemoved((removal, _) =>
        {
            if (fails-- > 0)
                throw new InvalidOperationException("not yet");
            Handled.Enqueue($"{removal.Source} {removal.Key} {removal.Position.Value} {removal.Sender} {removal.SentAt.ToUnixTimeMilliseconds()}");
            return Task.CompletedTask;
        });
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Chat(1));
            await client.Receive(Removal(2));
            await client.Receive(Entry.Chat(3));
        };
        await Client.StartAsync();

        await HandledAre("1", "user:alice key 2 2 bob 1700000000000", "3");
        await AckedIs(3);
        Errors.Should().ContainSingle().Which.Operation.Should().Be(WsmqClientOperation.Handle);
    }

    [Fact]
    public async Task A_removal_without_its_handler_is_acknowledged()
    {
        Client.OnAny((delivery, _) =>
        {
            Handled.Enqueue(delivery.Position);
            return Task.CompletedTask;
        });
        Script.OnConnected = async client =>
        {
            await client.Receive(Removal(1));
            await client.Receive(Entry.Chat(2));
        };
        await Client.StartAsync();

        await HandledAre(Entry.At(2));
        await AckedIs(2);
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task ReadAllAsync_returns_state_and_removals_as_messages()
    {
        RecordComplete();
        Script.OnConnected = async client =>
        {
            await client.State(Entry.Alice, [Kept(1)], Entry.At(1));
            await client.Receive(Removal(2));
            await client.Receive(Entry.Chat(3));
        };
        await Client.StartAsync();

        await foreach (var message in Client.ReadAllAsync())
        {
            Handled.Enqueue($"{WsmqPosition.Parse(message.Position).Value} {message.StateKey} {message.IsState} {message.RemoveState}");
            if (message.Position == Entry.At(3))
                break;
        }

        Handled.Should().Equal("1 key 1 True False", "complete 1 1", "2 key 2 False True", "3  False False");
        await AckedIs(2);
    }

    [Fact]
    public async Task There_is_one_handler_for_removals_and_none_beside_ReadAllAsync()
    {
        var on = () => Client.OnStateRemoved((_, _) => Task.CompletedTask);
        var first = on();
        on.Should().Throw<InvalidOperationException>().WithMessage("*already*");
        await using var reading = Client.ReadAllAsync().GetAsyncEnumerator();
        var read = async () => await reading.MoveNextAsync();
        await read.Should().ThrowAsync<InvalidOperationException>().WithMessage("*handlers*");
        first.Dispose();
        on.Should().NotThrow();

        var create = () => new WsmqStateRemoval(Entry.Chat(1));
        create.Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task A_removal_is_sent_without_a_body_and_a_conditional_message_with_its_condition()
    {
        await Client.StartAsync();
        await Client.RemoveStateAsync(WsmqAddress.Group("all"), "k");
        await Client.SendAsync(WsmqAddress.User("bob"), new Line("hi"), new WsmqSendOptions { StateKey = "k", ExpectedTail = new WsmqPosition(7) });

        var sent = Script.Sends.ToArray();
        (sent[0].To, sent[0].StateKey, sent[0].RemoveState).Should().Be(("group:all", "k", true));
        (sent[0].Body is null && sent[0].Data is null).Should().BeTrue();
        (sent[1].StateKey, sent[1].RemoveState).Should().Be(("k", false));
        sent[1].ExpectedTail.Should().Be(new WsmqPosition(7));
        await Client.Invoking(c => c.RemoveStateAsync(WsmqAddress.Group("all"), "")).Should().ThrowExactlyAsync<ArgumentException>();
    }

    [Fact]
    public void A_message_with_an_expected_tail_has_an_id_so_that_it_gets_no_number()
    {
        var factory = new MessageFactory(new WsmqClientOptions());

        factory.Complete(Chat("hi") with { ExpectedTail = WsmqPosition.Start }).HasOwnId.Should().BeTrue();
        factory.Complete(Chat("hi") with { StateKey = "k" }).HasOwnId.Should().BeFalse();
        var removal = factory.Complete(new WsmqOutgoingMessage { To = Entry.Group, StateKey = "k", RemoveState = true });
        JsonDocument.Parse(removal.Json).RootElement.EnumerateObject().Select(f => f.Name).Should().BeEquivalentTo("to", "stateKey", "removeState");
    }
}
