using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Messages of plain clients, and of the app, that have a place in a sequence.
public abstract partial class NodeContract
{
    [Fact]
    public async Task A_sequence_is_repeated_over_another_connection_and_stored_once()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var first = await SendManyAsync(alice, Place(1), Place(2), Place(3));
        first.Select(r => (r.Id, r.Duplicate, r.Error)).Should().Equal(("p-1-1", false, null), ("p-1-2", false, null), ("p-1-3", false, null));

        await using var again = await PlainClient.ConnectAsync(node, "alice");
        var second = await SendManyAsync(again, Place(2), Place(3), Place(5), Place(4), Place(1, id: "own", to: "user:cat"));
        second.Select(r => (r.Id, r.Position, r.Duplicate)).Should().StartWith([("p-1-2", first[1].Position, true), ("p-1-3", first[2].Position, true)]);
        second[2].Error.Should().Contain("4010 out-of-sequence final").And.EndWith("(the last number known is 3)");
        second[3].Should().Match<WsmqItemResult>(r => r.Error == null && !r.Duplicate);
        second[4].Id.Should().Be("own");
        var receipt = await again.Connection.InvokeAsync<WsmqReceipt>("Send", Place(4));
        receipt.Should().Be(new WsmqReceipt("p-1-4", second[3].Position!, true));
        await bob.ReceivesAsync("1", "2", "3", "4");
        bob.Received.Select(d => d.Id).Should().Equal("p-1-1", "p-1-2", "p-1-3", "p-1-4");
    }

    [Fact]
    public async Task Refusals_of_the_node_and_of_the_store_use_their_numbers_up_in_order()
    {
        var node = await StartAsync(o => o.Publish.MaxBodyBytes = 1024);
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        object[] messages =
        [
            Place(1), Place(2, body: new string('x', 2_000)), Place(3), Place(4, type: 5), Place(5, expectedTail: "9007199254740991"),
            Place(6, replyTo: "group:strangers"), Place(7),
        ];
        string?[] codes = [null, "message-too-large", null, "invalid-message", "position-conflict", "reply-to-not-allowed", null];

        (await SendManyAsync(alice, messages)).Select(r => WsmqError.Find(r.Error)?.Code).Should().Equal(codes);

        var again = await SendManyAsync(alice, [.. Enumerable.Range(1, 7).Select(n => Place(n))]);
        again.Select(r => WsmqError.Find(r.Error)?.Code).Should().Equal(codes, "what was refused is refused again, whatever it is now");
        again.Select(r => r.Duplicate).Should().Equal(true, false, true, false, false, false, true);
        await bob.ReceivesAsync("1", "3", "7");
        var single = await FluentActions.Awaiting(() => alice.Connection.InvokeAsync("Send", Place(1, to: "group:strangers"))).Should().ThrowAsync<HubException>();
        WsmqError.Find(single.Which.Message).Should().Be(WsmqErrors.SendNotAllowed);
        var strangers = await SendManyAsync(alice, [.. new[] { 1, 2, 4 }.Select(n => Place(n, to: "group:strangers"))]);
        strangers.Select(r => WsmqError.Find(r.Error)?.Code).Should().Equal("send-not-allowed", "send-not-allowed", "out-of-sequence");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_authorizer_that_fails_uses_no_number_up(bool isSlow)
    {
        var fails = true;
        var node = await StartAsync(_ => { }, authorizer => authorizer.Send = async _ =>
        {
            if (isSlow)
                await Task.Yield();
            return fails ? throw new TimeoutException("the database does not answer") : true;
        });
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        (await SendManyAsync(alice, Place(1), Place(2))).Should().OnlyContain(r => WsmqError.Find(r.Error) == WsmqErrors.ServerBusy);
        fails = false;

        (await SendManyAsync(alice, Place(1), Place(2))).Should().OnlyContain(r => r.Error == null && !r.Duplicate);
        await bob.ReceivesAsync("1", "2");
    }

    [Fact]
    public async Task A_message_whose_connection_ends_while_the_authorizer_decides_keeps_its_number()
    {
        var (asked, decided) = (new TaskCompletionSource(), new TaskCompletionSource<bool>());
        var node = await StartAsync(_ => { }, authorizer => authorizer.Send = async _ =>
        {
            asked.TrySetResult();
            return await decided.Task;
        });
        await using (var alice = await PlainClient.ConnectAsync(node, "alice"))
        {
            _ = SendManyAsync(alice, Place(1));
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(90));
        }

        await OpenAsync(node, "alice", 0);
        decided.SetCanceled();
        decided = new TaskCompletionSource<bool>();
        decided.SetResult(true);

        await using var again = await PlainClient.ConnectAsync(node, "alice");
        (await SendManyAsync(again, Place(1))).Single().Should().Match<WsmqItemResult>(r => r.Error == null && !r.Duplicate);
    }

    [Fact]
    public async Task A_producer_of_an_older_epoch_is_told_that_another_one_has_its_name()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var clone = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await SendManyAsync(alice, Place(1), Place(2));

        (await SendManyAsync(clone, Place(2, id: "another"))).Single().Error.Should().Contain("4010").And.Contain("another message has the number");
        (await SendManyAsync(clone, Place(1, epoch: 2, body: 9))).Single().Error.Should().BeNull();
        (await SendManyAsync(alice, Place(3))).Single().Error.Should().Contain("4010").And.Contain("a higher epoch has sent");
        (await SendManyAsync(alice, Place(17, epoch: 3))).Single().Error.Should().Contain("the last number known is 0");
        (await SendManyAsync(alice, Place(1, epoch: 3, body: 10))).Single().Error.Should().BeNull();
        await bob.ReceivesAsync("1", "2", "9", "10");
    }

    [Fact]
    public async Task A_place_in_a_sequence_is_complete_and_not_for_numbered_streams()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var results = await SendManyAsync(
            alice, new { to = "user:bob", producer = "p" }, new { to = "user:bob", producer = "p", epoch = 1 }, new { to = "user:bob", seq = 1, epoch = 1 },
            Place(0), Place(1, epoch: -1), Place(999_999_999_999), Place(1, producer: string.Empty), Place(1, producer: new string('x', 65)),
            Place(1, producer: "a\u0001b"), Place(1, epoch: 1L << 53), new { to = "user:bob", producer = 1, epoch = "1", seq = 1.5 });
        results.Should().OnlyContain(r => WsmqError.Find(r.Error) == WsmqErrors.InvalidMessage);
        var both = new { to = "user:bob", sequence = 1, producer = "p", epoch = 1, seq = 2 };
        (await ProduceAsync(alice, "p", 1, Place(1), both, new { to = "user:bob", sequence = 1, body = 2 }))
            .Select(r => WsmqError.Find(r.Error)?.Code).Should().Equal(null, "invalid-message", null);
        await bob.ReceivesAsync("1", "2");
    }

    [Fact]
    public async Task The_app_repeats_a_sequence_of_its_own_and_a_refusal_uses_its_number_up()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await SendManyAsync(alice, Place(1));

        var first = await node.Publisher.SendManyAsync([Own(1), Own(2) with { Type = string.Empty }, Own(3)]);
        first.Select(r => r.Exception?.Error.Code).Should().Equal(null, "invalid-message", null);
        var again = await node.Publisher.SendManyAsync([Own(1), Own(2), Own(3), Own(4), Own(6)]);
        again.Select(r => (r.Receipt?.Duplicate, r.Exception?.Error.Code)).Should().Equal(
            (true, null), (null, "invalid-message"), (true, null), (false, null), (null, "out-of-sequence"));
        again[2].Receipt!.Position.Should().Be(first[2].Receipt!.Position);
        var typed = await node.Publisher.SendAsync(
            WsmqAddress.User("bob"), 5, new WsmqSendOptions { Type = "test", Sequence = new WsmqSequence("p", 1, 5) });
        typed.Should().Match<WsmqReceipt>(r => r.Id == "p-1-5" && !r.Duplicate);
        await bob.ReceivesAsync("1", "1", "3", "4", "5");

        static WsmqOutgoingMessage Own(int number) => Message("user:bob", number) with { Id = null, Sequence = new WsmqSequence("p", 1, number) };
    }

    private static Dictionary<string, object> Place(
        long seq, string to = "user:bob", string producer = "p", long epoch = 1, string? id = null, object? body = null, object? type = null,
        string? expectedTail = null, string? replyTo = null)
    {
        var message = new Dictionary<string, object> { ["to"] = to, ["producer"] = producer, ["epoch"] = epoch, ["seq"] = seq, ["body"] = body ?? seq };
        foreach (var (name, value) in new[] { ("id", id), ("type", type), ("expectedTail", expectedTail), ("replyTo", replyTo) })
        {
            if (value is not null)
                message[name] = value;
        }

        return message;
    }

    private static Task<WsmqItemResult[]> SendManyAsync(PlainClient client, params object[] messages) =>
        client.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", messages);
}
