using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Feeds;

/// <summary>Redis restarts with an older snapshot, or empty, while clients stay connected to the node.</summary>
public sealed class OlderSnapshotTests(ITestOutputHelper output)
{
    private const int Kept = 10;
    private const int Lost = 200;
    private const int New = 5;
    private const int Window = 4;

    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    private readonly List<WsmqReceipt> _sent = [];

    [Theory]
    [InlineData(true, 256)]
    [InlineData(true, 0)]
    [InlineData(false, 256)]
    [InlineData(false, 0)]
    public async Task After_a_rollback_each_reader_gets_every_message_or_a_gap_and_new_messages_arrive(bool snapshot, int feedEntries)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(redis.EndPoint), o => (o.Delivery.MaxInFlightMessages, o.Delivery.CachedEntriesPerAddress) = (Window, feedEntries));
        await using var typed = await TypedClient.StartAsync(node.Hub, "bob", configure: o => o.Device = "typed");
        await using var plain = await PlainClient.ConnectAsync(node, "bob", "plain");
        await using var lagging = await PlainClient.ConnectAsync(node, "bob", "lagging", ack: false);
        await SendAsync(node, Kept);
        await using (var away = await PlainClient.ConnectAsync(node, "bob", "away", ack: false))
            await away.Connection.InvokeAsync("Ack", "user:bob", _sent[^1].Position);
        if (snapshot)
            (await redis.CommandAsync("SAVE")).Should().StartWith("+OK");
        await SendAsync(node, Lost);
        await HaveAllAsync(typed, plain);
        await Eventually.That("the in-flight window of the lagging reader is full", () => lagging.Received.Count == Window);

        await redis.RestartAsync(kill: true);
        await SendAsync(node, New);

        await HaveAllAsync(typed, plain);
        await Eventually.That("the lagging reader receives the rest", async () =>
        {
            await lagging.Connection.SendAsync("Ack", "user:bob", lagging.Received[^1].Position);
            return lagging.Received[^1].Position == _sent[^1].Position;
        });
        await using var back = await PlainClient.ConnectAsync(node, "bob", "away");
        await Eventually.That(
            "the device that was disconnected receives the new messages", () => back.Received.Any(d => d.Position == _sent[^1].Position));
        foreach (var (name, client, from) in new[] { ("lagging", lagging, 0), ("away", back, snapshot ? Kept : 0) })
        {
            output.WriteLine($"{name}: {client.Received.Count} deliveries, {string.Join(", ", client.Gaps)}");
            Missing(client, from).Should().BeEmpty(name);
            client.Gaps.Should().ContainSingle().Which.Reason.Should().Be(WsmqGapReasons.Lost);
        }

        typed.Gaps.Should().BeEmpty("it has received every message");
        plain.Gaps.Should().BeEmpty("it has received every message");
        (await typed.SendAsync("user:bob", 0)).Duplicate.Should().BeFalse();
    }

    [Theory]
    [InlineData("Ack")]
    [InlineData("Nack")]
    public async Task After_a_rollback_acks_and_nacks_of_lost_messages_make_room_for_new_ones(string call)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint), o => o.Delivery.MaxInFlightMessages = Window);
        await using var client = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await using var other = await PlainClient.ConnectAsync(node, "bob", "other", ack: false);
        await SendAsync(node, 1);
        await Eventually.That("both devices are known", () => client.Received.Count == 1 && other.Received.Count == 1);
        await client.Connection.InvokeAsync("Ack", "user:bob", _sent[0].Position);
        (await redis.CommandAsync("SAVE")).Should().StartWith("+OK");
        await SendAsync(node, Window);
        await Eventually.That("the in-flight window is full", () => client.Received.Count == 1 + Window);

        await redis.RestartAsync(kill: true);
        await Eventually.That("the node has noticed that the messages are lost", () => IsRefusedAsync(other, "Resume", WsmqErrors.PositionBeyondTail));
        if (call == "Ack")
            (await IsRefusedAsync(client, "Ack", WsmqErrors.AckBeyondTail)).Should().BeTrue();
        foreach (var lost in call == "Nack" ? _sent.Skip(1) : [])
            (await client.Connection.InvokeAsync<int>("Nack", "user:bob", lost.Position, WsmqNackReasons.NoHandler)).Should().Be(1);
        await SendAsync(node, Window);

        await Eventually.That("new messages arrive as before", () => client.Received.Count == _sent.Count);
        client.Received.Select(d => d.Position).Should().Equal(_sent.Select(r => r.Position));
        client.DeadLettered.Select(d => d.Position).Should().Equal(call == "Nack" ? _sent.Skip(1).Take(Window).Select(r => r.Position) : []);

        async Task<bool> IsRefusedAsync(PlainClient caller, string method, WsmqError error) =>
            await Record.ExceptionAsync(() => caller.Connection.InvokeAsync(method, "user:bob", _sent[^1].Position)) is { } e
            && WsmqException.From(e)?.Error == error;
    }

    private async Task SendAsync(TestNode node, int count)
    {
        for (var i = 0; i < count; i++)
            _sent.Add(await node.Publisher.SendAsync(Bob, new Number(_sent.Count)));
    }

    private async Task HaveAllAsync(TypedClient typed, PlainClient plain)
    {
        await typed.HandlesAsync(Enumerable.Range(0, _sent.Count));
        await Eventually.That("all messages arrive", () => plain.Received.Count >= _sent.Count);
        plain.Received.Select(d => d.Position).Should().Equal(_sent.Select(r => r.Position));
    }

    // Messages that were neither delivered nor announced as a gap.
    private IEnumerable<WsmqReceipt> Missing(PlainClient client, int from) => _sent.Skip(from).Where(r =>
        client.Received.All(d => d.Position != r.Position)
        && !client.Gaps.Any(g => string.CompareOrdinal(g.After, r.Position) < 0 && string.CompareOrdinal(r.Position, g.Before) < 0));
}
