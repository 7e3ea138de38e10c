using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// SendMany, and the stream of sends (SendStream).
public abstract partial class NodeContract
{
    [Fact]
    public async Task Each_message_of_SendMany_succeeds_or_fails_on_its_own()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var results = await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", JsonNode.Parse("""
            [{"to":"user:bob","id":"a","body":1}, {"to":"nobody","id":"b"}, {"to":"group:none","id":"c","body":0}, 7, null,
             {"to":"user:bob","body":"x","data":""}, {"to":5}, {"to":"user:bob","id":"a","body":1}, {"to":"user:bob","body":2}]
            """));

        results.Select(r => r.Number).Should().Equal(Enumerable.Range(0, 9).Select(i => (long)i));
        results.Select(r => WsmqError.Find(r.Error)?.Code).Should().Equal(
            null, "invalid-address", "send-not-allowed", "invalid-message", "invalid-message", "invalid-body", "invalid-message", null, null);
        results[0].TryGetReceipt(out var first).Should().BeTrue();
        results[7].TryGetReceipt(out var repeated).Should().BeTrue();
        repeated.Should().Be(first! with { Duplicate = true });
        results[8].TryGetReceipt(out var last).Should().BeTrue();
        last!.Id.Should().HaveLength(32);
        await bob.ReceivesAsync("1", "2");
        (await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", Array.Empty<object>())).Should().BeEmpty();
    }

    [Fact]
    public async Task A_stream_of_messages_arrives_in_order_and_returns_a_result_for_each()
    {
        const int Count = 3000;
        var node = await StartAsync(o => o.Publish.MaxInFlightSends = 64);
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var messages = Channel.CreateUnbounded<object[]>();
        var results = new List<WsmqItemResult>();
        var next = 0;

        // As a well-behaved client does: at most as many sends in flight as the server accepts.
        void SendSome()
        {
            var some = Math.Min(Count - next, 64 - (next - results.Count));
            if (some > 0)
                messages.Writer.TryWrite([.. Enumerable.Range(next, some).Select(i => new { to = i % 10 == 9 ? "nobody" : "user:bob", body = i })]);
            next += some;
            if (next == Count)
                messages.Writer.TryComplete();
        }

        SendSome();
        await foreach (var some in alice.Connection.StreamAsync<WsmqItemResult[]>("SendStream", messages.Reader))
        {
            some.Should().NotBeEmpty();
            results.AddRange(some);
            SendSome();
        }

        results.Select(r => r.Number).Order().Should().Equal(Enumerable.Range(0, Count).Select(i => (long)i));
        results.Count(r => r.TryGetReceipt(out _)).Should().Be(Count / 10 * 9);
        results.Where(r => r.Error is not null).Should().OnlyContain(r => r.Number % 10 == 9);
        await bob.ReceivesAsync([.. Enumerable.Range(0, Count).Where(i => i % 10 != 9).Select(i => $"{i}")]);
    }

    [Fact]
    public async Task Messages_of_a_stream_over_MaxOutstandingSends_are_refused_and_the_stream_continues()
    {
        var node = await StartAsync(o => o.Publish.MaxInFlightSends = 5);
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var results = await StreamAsync(
            alice, Enumerable.Range(0, 50).Select(i => new { to = "user:bob", body = i }).ToArray(), "no array", new[] { new { to = "user:bob", body = 50 } });

        var codes = results.OrderBy(r => r.Number).Select(r => WsmqError.Find(r.Error)?.Code).ToArray();
        codes[..5].Should().OnlyContain(c => c == null);
        codes[5..50].Should().OnlyContain(c => c == null || c == "too-many-sends").And.Contain("too-many-sends");
        codes[50].Should().Be("invalid-message");
        await bob.ReceivesAsync([.. results.Where(r => r.Error is null).Select(r => $"{(r.Number > 50 ? 50 : r.Number)}")]);
    }

    [Fact]
    public async Task A_second_stream_on_a_connection_is_refused_until_the_first_has_ended()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        var open = Channel.CreateUnbounded<object[]>();
        var first = alice.Connection.StreamAsync<WsmqItemResult[]>("SendStream", open.Reader).GetAsyncEnumerator();
        open.Writer.TryWrite([new { to = "user:bob", body = 1 }]);
        (await first.MoveNextAsync()).Should().BeTrue();

        var second = () => StreamAsync(alice, [new[] { new { to = "user:bob", body = 2 } }]);
        var refused = (await second.Should().ThrowAsync<HubException>()).Which;
        WsmqError.Find(refused.Message).Should().Be(WsmqErrors.TooManySends);

        open.Writer.Complete();
        (await first.MoveNextAsync()).Should().BeFalse();
        (await second()).Should().ContainSingle().Which.Error.Should().BeNull();
    }

    [Fact]
    public async Task A_stream_that_its_client_cancels_stores_the_accepted_messages_and_another_can_be_opened()
    {
        var node = await StartAsync();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        var open = Channel.CreateUnbounded<object[]>();
        using var cancel = new CancellationTokenSource();
        var stream = alice.Connection.StreamAsync<WsmqItemResult[]>("SendStream", open.Reader, cancel.Token).GetAsyncEnumerator();
        open.Writer.TryWrite([new { to = "user:bob", body = 1 }]);
        await stream.MoveNextAsync();
        await cancel.CancelAsync();
        await Record.ExceptionAsync(async () => await stream.MoveNextAsync());

        await Eventually.That("another stream can be opened", async () =>
            (await Record.ExceptionAsync(() => StreamAsync(alice, [new[] { new { to = "user:bob", id = "two", body = 2 } }]))) is null);
        await bob.ReceivesAsync("1", "2");
    }

    [Fact]
    public async Task A_stream_that_its_client_cancelled_releases_its_slot_to_the_next_at_once()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");

        for (var i = 0; i < 100; i++)
        {
            using var cancel = new CancellationTokenSource();
            var open = Channel.CreateUnbounded<object>();
            open.Writer.TryWrite(new[] { new { to = "user:alice", body = i } });
            var stream = alice.Connection.StreamAsync<WsmqItemResult[]>("SendStream", open.Reader, cancel.Token).GetAsyncEnumerator();
            (await stream.MoveNextAsync()).Should().BeTrue();
            stream.Current.Should().OnlyContain(r => r.Error == null);
            await cancel.CancelAsync();
            await stream.Invoking(async s => await s.MoveNextAsync()).Should().ThrowAsync<OperationCanceledException>();
        }
    }

    [Fact]
    public async Task Streams_opened_and_cancelled_back_to_back_are_never_refused_as_concurrent()
    {
        // Fewer than the sends that a connection may have in flight.
        const int Count = 100;
        var node = await StartAsync();
        await using var alice = await RawClient.ConnectAsync(node, "alice");

        var frames = Enumerable.Range(0, Count).Select(i =>
            $$"""{"type":4,"invocationId":"{{i}}","target":"SendStream","arguments":[],"streamIds":["s{{i}}"]}{{HubSocket.Separator}}{"type":2,"invocationId":"s{{i}}","item":[{"to":"user:alice","body":{{i}}}]}{{HubSocket.Separator}}{"type":5,"invocationId":"{{i}}"}""");
        await alice.SendAsync(string.Join(HubSocket.Separator, frames));
        await alice.SendAsync("""{"type":1,"invocationId":"last","target":"Send","arguments":[{"to":"user:alice","body":"last"}]}""");

        await Eventually.That(
            "the last send is answered", () => alice.All.Any(m => m.Contains("\"invocationId\":\"last\"", StringComparison.Ordinal)));
        string.Concat(alice.All).Should().NotContain("one stream at a time");
    }

    private static async Task<List<WsmqItemResult>> StreamAsync(PlainClient client, params object[] items)
    {
        var channel = Channel.CreateUnbounded<object>();
        foreach (var item in items)
            channel.Writer.TryWrite(item);
        channel.Writer.Complete();
        var results = new List<WsmqItemResult>();
        await foreach (var some in client.Connection.StreamAsync<WsmqItemResult[]>("SendStream", channel.Reader))
            results.AddRange(some);
        return results;
    }
}
