using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Receipts and errors of sends, and the messages that arrive.
public abstract partial class NodeContract
{
    [Fact]
    public async Task A_repeated_send_is_stored_once_and_the_same_id_from_another_sender_is_a_different_message()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var carol = await PlainClient.ConnectAsync(node, "carol");

        var first = await alice.SendAsync("user:bob", 1, id: "x");
        var repeated = await alice.SendAsync("user:bob", 1, id: "x");
        var other = await carol.SendAsync("user:bob", 2, id: "x");
        var app = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Id = "x", Body = WsmqJsonBody.Parse("3") });

        repeated.Should().Be(first with { Duplicate = true });
        other.Duplicate.Should().BeFalse();
        app.Duplicate.Should().BeFalse();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync("1", "2", "3");
        bob.Received[2].Sender.Should().BeNull();
    }

    [Fact]
    public async Task Bytes_headers_and_addresses_with_special_characters_arrive_unchanged()
    {
        var node = await StartAsync();
        const string Odd = "auth0|5f:a/b c{d}%41";
        await using var bob = await PlainClient.ConnectAsync(node, Odd, "my phone|1");
        var bytes = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();

        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await alice.Connection.InvokeAsync<WsmqReceipt>("Send", new WsmqOutgoingMessage
        {
            To = "user:" + Odd,
            Data = bytes,
            ContentType = "image/png",
            Headers = new Dictionary<string, string> { ["x-Trace"] = "ü 1" },
            CorrelationId = "c1",
            ReplyTo = "user:alice",
        });

        await Eventually.That("the message arrives", () => bob.Received.Count == 1);
        var got = bob.Received[0];
        got.Data!.Value.ToArray().Should().Equal(bytes);
        got.Should().BeEquivalentTo(new { Source = "user:" + Odd, ContentType = "image/png", CorrelationId = "c1", ReplyTo = "user:alice" });
        got.Headers.Should().Equal(new Dictionary<string, string> { ["x-Trace"] = "ü 1" });
        got.SentAt.Should().BeCloseTo(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 60_000);
    }

    [Fact]
    public async Task The_app_publishes_objects_and_gets_a_result_for_each_message_of_a_batch()
    {
        var node = await StartAsync();
        await node.Publisher.SendAsync(WsmqAddress.User("bob"), new OrderShipped("o1"));
        var results = await node.Publisher.SendManyAsync(
        [
            new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") },
            new WsmqOutgoingMessage { To = "nobody" },
            new WsmqOutgoingMessage { To = "work:jobs" },
            new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("2") },
        ]);

        results.Select(r => r.Exception?.Error).Should().Equal(null, WsmqErrors.InvalidAddress, WsmqErrors.UnknownQueue, null);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync("""{"id":"o1"}""", "1", "2");
        bob.Received[0].Type.Should().Be("order-shipped");
    }

    [WsmqMessageType("order-shipped")]
    private sealed record OrderShipped(string Id);
}
