using System.Collections.Concurrent;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

// Tracked messages.
public abstract partial class RealServerContract
{
    [Fact]
    public async Task A_client_waits_until_its_message_is_delivered_and_acknowledged_and_hears_of_both()
    {
        var bob = WsmqAddress.User("bob");
        var changes = new ConcurrentQueue<WsmqMessageStatus>();
        await StartNodesAsync();
        var alice = await StartClientAsync(A.Hub, "alice");
        alice.Client.StatusChanged += (_, e) => changes.Enqueue(e.Status);
        var receipt = await alice.Client.SendAsync(bob, new Number(1), new() { Track = true });
        (await alice.Client.GetStatusAsync(bob, WsmqPosition.Parse(receipt.Position)))!.State.Should().Be(WsmqDeliveryState.Stored);

        var handled = new TaskCompletionSource();
        await StartClientAsync(B.Hub, "bob", _ => handled.Task);
        (await alice.Client.WaitForAsync(bob, receipt, WsmqDeliveryState.Delivered)).State.Should().Be(WsmqDeliveryState.Delivered);
        var waiting = alice.Client.WaitForAsync(bob, receipt, WsmqDeliveryState.Acknowledged);
        handled.SetResult();

        (await waiting).Should().BeEquivalentTo(new { State = WsmqDeliveryState.Acknowledged, receipt.Id, receipt.Position, To = "user:bob" });
        await Eventually.That("both are told", () => changes.Any(c => c.State == WsmqDeliveryState.Acknowledged));
        changes.Should().OnlyContain(c => c.Id == receipt.Id);
        (await alice.Client.GetStatusAsync(bob, receipt.Id))!.Acknowledged.Should().Be(1);
        (await ListAsync(alice.Client.TrackedAsync(bob))).Should().ContainSingle();
        (await ListAsync(alice.Client.ReadersOfAsync(bob, WsmqPosition.Parse(receipt.Position)))).Should().ContainSingle().Which.Device.Should().Be("default");
    }

    [Fact]
    public async Task A_wait_ends_with_another_final_state_or_its_time_or_at_once_if_the_message_is_not_tracked()
    {
        var bob = WsmqAddress.User("bob");
        await StartNodesAsync();
        var alice = await StartClientAsync(A.Hub, "alice");
        var brief = await alice.Client.SendAsync(bob, new Number(1), new() { Track = true, TimeToLive = TimeSpan.FromMilliseconds(20) });
        var kept = await alice.Client.SendAsync(bob, new Number(2), new() { Track = true });
        var plain = await alice.Client.SendAsync(bob, new Number(3), new() { Id = "plain" });

        await Eventually.That("it expires", async () => (await alice.Client.GetStatusAsync(bob, brief.Id))!.State == WsmqDeliveryState.Expired);
        (await alice.Client.WaitForAsync(bob, brief, WsmqDeliveryState.Acknowledged)).State.Should().Be(WsmqDeliveryState.Expired);
        Func<Task> late = () => alice.Client.WaitForAsync(bob, kept, WsmqDeliveryState.Acknowledged, TimeSpan.FromMilliseconds(50));
        await late.Should().ThrowAsync<TimeoutException>();
        Func<Task> untracked = () => alice.Client.WaitForAsync(bob, plain, WsmqDeliveryState.Acknowledged);
        (await untracked.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidMessage);
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
            list.Add(item);
        return list;
    }
}
