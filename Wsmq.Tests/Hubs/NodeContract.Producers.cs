using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// The stream of a producer (Produce).
public abstract partial class NodeContract
{
    [Fact]
    public async Task Numbered_messages_that_are_repeated_over_another_connection_are_stored_once()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        object[] messages = [new { to = "user:bob", sequence = 1, body = 1 }, new { to = "user:cat", sequence = 2, body = 2 }, new { to = "user:bob", sequence = 3, body = 3 }];

        var first = await ProduceAsync(alice, "p", 1, messages);
        first.Select(r => (r.Id, r.Duplicate, r.Error)).Should().Equal(("p-1", false, null), ("p-2", false, null), ("p-3", false, null));
        first.Should().OnlyContain(r => r.Position != null);

        await using var again = await PlainClient.ConnectAsync(node, "alice");
        var second = await ProduceAsync(again, "p", 2, [.. messages, new { to = "user:bob", sequence = 4, body = 4 }]);
        second.Select(r => (r.Id, r.Duplicate, Position: r.Position is not null)).Should().Equal(
            ("p-1", true, false), ("p-2", true, false), ("p-3", true, false), ("p-4", false, true));
        second[0].TryGetReceipt(out var receipt).Should().BeTrue();
        receipt.Should().Be(new WsmqReceipt("p-1", string.Empty, true));

        await bob.ReceivesAsync("1", "3", "4");
        bob.Received.Select(d => d.Id).Should().Equal("p-1", "p-3", "p-4");
    }

    [Fact]
    public async Task A_stream_is_refused_once_a_later_one_of_its_producer_was_processed_and_another_producer_can_go_on()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await ProduceAsync(alice, "p", 7, new { to = "user:bob", sequence = 1, body = 1 });

        var late = await ProduceAsync(alice, "p", 6, new { to = "user:bob", sequence = 2, body = 2 });
        WsmqError.Find(late.Single().Error).Should().Be(WsmqErrors.OutOfSequence);
        late.Single().TryGetReceipt(out _).Should().BeFalse();
        (await ProduceAsync(alice, "q", 0, new { to = "user:bob", sequence = 2, body = 3 })).Single().Error.Should().BeNull();
        await bob.ReceivesAsync("1", "3");
    }

    [Fact]
    public async Task Only_messages_of_a_producer_have_a_sequence_and_jobs_have_ids()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var results = await ProduceAsync(
            alice, "p", 1, new { to = "user:bob", body = 0 }, new { to = "user:bob", sequence = 1, id = "a", body = 0 }, new { to = "user:bob", sequence = 0, body = 0 },
            new { to = "user:bob", sequence = "1", body = 0 }, new { to = "user:bob", sequence = 999_999_999_999, body = 0 },
            new { to = "user:bob", id = "a", body = 1 }, new { to = "user:bob", id = "a", body = 1 }, new { to = "user:bob", sequence = 999_999_999_998, body = 2 });
        results.Select(r => WsmqError.Find(r.Error)?.Code).Should().Equal([.. Enumerable.Repeat("invalid-message", 5), null, null, null]);
        results.Skip(5).Select(r => r.Duplicate).Should().Equal(false, true, false);
        results[6].Position.Should().Be(results[5].Position);

        var plain = await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", new[] { new { to = "user:bob", sequence = 5, body = 0 } });
        WsmqError.Find(plain.Single().Error).Should().Be(WsmqErrors.InvalidMessage);
        await bob.ReceivesAsync("1", "2");

        foreach (var (producer, epoch) in new (object?, object?)[] { (null, 1), (string.Empty, 1), (new string('x', 65), 1), (5, 1), ("p", -1), ("p", "1"), ("p", null), ("p", 1L << 53) })
        {
            var refused = await FluentActions.Awaiting(() => alice.Connection.StreamAsync<WsmqItemResult[]>("Produce", producer, epoch, Empty()).ToArrayAsync().AsTask())
                .Should().ThrowAsync<HubException>();
            WsmqError.Find(refused.Which.Message).Should().Be(WsmqErrors.InvalidMessage);
        }

        static async IAsyncEnumerable<object[]> Empty()
        {
            await Task.CompletedTask;
            yield break;
        }
    }

    private static async Task<WsmqItemResult[]> ProduceAsync(PlainClient client, string producer, long epoch, params object[] messages)
    {
        var upload = Channel.CreateUnbounded<object[]>();
        upload.Writer.TryWrite(messages);
        upload.Writer.Complete();
        var results = await client.Connection.StreamAsync<WsmqItemResult[]>("Produce", producer, epoch, upload.Reader).ToArrayAsync();
        return [.. results.SelectMany(r => r).OrderBy(r => r.Number)];
    }
}
