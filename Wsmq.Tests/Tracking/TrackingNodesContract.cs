using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Tracking;

/// <summary>Tracked messages over several nodes on one Redis.</summary>
public abstract class TrackingNodesContract(NodeStore store) : NodesTest(store)
{
    [Fact]
    public async Task The_sender_on_another_node_is_told_and_after_it_has_moved_the_next_node_tells_it()
    {
        var (a, b, c) = (await StartAsync(), await StartAsync(), await StartAsync());
        await using var bob = await PlainClient.ConnectAsync(b, "bob", ack: false);
        WsmqReceipt sent;
        await using (var ann = await PlainClient.ConnectAsync(a, "ann", status: true))
        {
            sent = await ann.Connection.InvokeAsync<WsmqReceipt>("Send", new WsmqOutgoingMessage { To = "user:bob", Id = "1", Track = true });
            await Eventually.That("the delivery is told", () => ann.Statuses.Any(s => s.State == WsmqDeliveryState.Delivered));
        }

        await using var moved = await PlainClient.ConnectAsync(c, "ann", status: true);
        (await moved.Connection.InvokeAsync<WsmqMessageStatus?>("MessageStatus", "user:bob", sent.Position, null))!.State.Should().Be(WsmqDeliveryState.Delivered);
        await bob.Connection.InvokeAsync("Ack", "user:bob", sent.Position);

        await Eventually.That("the ack is told", () => moved.Statuses.Any(s => s.State == WsmqDeliveryState.Acknowledged));
        moved.Statuses.Should().ContainSingle().Which.Should().BeEquivalentTo(new { sent.Position, Acknowledged = 1, Delivered = 1 });
    }

    [Fact]
    public async Task A_client_waits_for_the_ack_of_a_reader_on_another_node()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        await using var ann = new TypedClient(a.Hub, "ann", null);
        await ann.Client.StartAsync();
        var bob = WsmqAddress.User("bob");
        var receipt = await ann.Client.SendAsync(bob, new Number(1), new() { Track = true });
        var waiting = ann.Client.WaitForAsync(bob, receipt, WsmqDeliveryState.Acknowledged);

        await using var reader = await PlainClient.ConnectAsync(b, "bob", "phone");

        (await waiting).Should().BeEquivalentTo(new { State = WsmqDeliveryState.Acknowledged, receipt.Position, Acknowledged = 1 });
    }

    private async Task<TestNode> StartAsync() => Keep(await TestNode.StartAsync(UseStore));
}

public sealed class RedisTrackingTests(SharedRedis redis) : TrackingNodesContract(NodeStore.Of(redis)), IClassFixture<SharedRedis>;

[Collection(SharedCluster.Name)]
public sealed class RedisClusterTrackingTests(SharedCluster cluster) : TrackingNodesContract(NodeStore.Of(cluster));
