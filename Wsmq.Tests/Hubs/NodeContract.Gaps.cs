using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Removed entries are announced as gaps.
public abstract partial class NodeContract
{
    [Fact]
    public async Task A_trimmed_range_is_announced_as_an_exact_gap_before_delivery_continues()
    {
        // CachedEntriesPerAddress is 0: otherwise the node delivers entries that it still has in memory even if the log has just removed them.
        var node = await StartAsync(o => (o.Retention.MaxCount, o.Delivery.CachedEntriesPerAddress) = (10, 0));
        await using (var early = await PlainClient.ConnectAsync(node, "bob"))
        {
            await PublishAsync(node, "user:bob", 0, 3);
            await early.ReceivesAsync(Numbers(0, 3));
            await early.Connection.InvokeAsync("Ack", "user:bob", early.Received[2].Position);
        }

        var receipts = await PublishAsync(node, "user:bob", 3, 20);

        // On Redis they may be in the journal, if the node still read for the first connection: the limit holds for the log.
        await node.Services.GetRequiredService<IStore>().Inspection.FindAsync(WsmqAddress.User("bob"), default);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync(Numbers(13, 10));
        var gap = bob.Gaps.Should().ContainSingle().Subject;
        gap.Should().BeEquivalentTo(new { Source = "user:bob", Reason = WsmqGapReasons.Retention, Received = 0 });
        receipts.Where(r => Missing(gap, r.Position)).Should().Equal(receipts.Take(10));
    }

    [Fact]
    public async Task A_consumed_log_assigns_higher_positions_and_announces_a_gap_to_a_reader_at_an_older_position()
    {
        var node = await StartAsync(o => (o.Delivery.AckGrace, o.Delivery.CachedEntriesPerAddress) = (TimeSpan.Zero, 0));
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var receipts = await PublishAsync(node, "user:bob", 0, 3);
        await bob.ReceivesAsync(Numbers(0, 3));
        await bob.Connection.InvokeAsync("Ack", "user:bob", receipts[2].Position);

        await bob.Connection.InvokeAsync("Resume", "user:bob", receipts[0].Position);
        await Eventually.That("the gap is announced", () => bob.Gaps.Count == 1);
        var next = (await PublishAsync(node, "user:bob", 3, 1))[0];

        await bob.ReceivesAsync(Numbers(0, 4));
        bob.Gaps[0].Reason.Should().Be(WsmqGapReasons.Consumed);
        receipts.Where(r => Missing(bob.Gaps[0], r.Position)).Should().Equal(receipts.Skip(1));
        string.CompareOrdinal(next.Position, receipts[2].Position).Should().BePositive();
        Missing(bob.Gaps[0], next.Position).Should().BeFalse();
    }

    [Fact]
    public async Task An_expired_log_assigns_higher_positions_and_announces_a_gap_to_a_reader_at_an_older_position()
    {
        var node = await StartAsync(o => o.Retention.MaxAge = TimeSpan.FromSeconds(3));
        await using (var registers = await PlainClient.ConnectAsync(node, "bob"))
            await registers.Connection.InvokeAsync("Ack", "user:bob", WsmqPosition.Start.ToString());
        var receipts = await PublishAsync(node, "user:bob", 0, 3);

        var log = node.Services.GetRequiredService<IStore>().MessageLog;
        await Eventually.That("the entries have expired", async () =>
            (await log.ReadAsync(WsmqAddress.User("bob"), WsmqPosition.Start, 10, 10_000, CancellationToken.None)).Entries.Count == 0);

        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);

        // Only once bob is accepted, which his first completed call shows: the next message must not expire before it is delivered.
        await bob.Connection.InvokeAsync("Ack", "user:bob", WsmqPosition.Start.ToString());
        var next = (await PublishAsync(node, "user:bob", 3, 1))[0];
        await bob.ReceivesAsync("3");
        bob.Gaps.Should().ContainSingle().Which.Reason.Should().Be(WsmqGapReasons.Retention);
        receipts.Should().OnlyContain(r => Missing(bob.Gaps[0], r.Position));
        string.CompareOrdinal(next.Position, receipts[2].Position).Should().BePositive();
    }
}
