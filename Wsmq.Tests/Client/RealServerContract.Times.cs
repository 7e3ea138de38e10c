using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <content>Messages with a delay or a time to live.</content>
public abstract partial class RealServerContract
{
    [Fact]
    public async Task A_message_with_a_delay_is_handled_when_it_is_due_although_the_node_that_stored_it_is_gone()
    {
        await StartNodesAsync();
        var alice = await StartClientAsync(A.Hub, "alice");
        var receipt = await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(0), new WsmqSendOptions { Delay = TimeSpan.FromSeconds(2) });
        await alice.DisposeAsync();
        if (ManyNodes)
            await A.DisposeAsync();
        var bob = await StartClientAsync(B.Hub, "bob");

        await bob.HandlesAsync([0]);
        receipt.Position.Should().BeEmpty();
        bob.Messages[0].Id.Should().Be(receipt.Id);
        DateTimeOffset.UnixEpoch.AddMicroseconds(bob.Messages[0].Position.Value).Should().BeOnOrAfter(receipt.DueAt!.Value);
    }

    [Fact]
    public async Task A_message_with_a_delay_is_cancelled_by_its_id()
    {
        await StartNodesAsync();
        var (alice, bob) = (await StartClientAsync(A.Hub, "alice"), await StartClientAsync(B.Hub, "bob"));
        var first = await alice.Client.SendAsync(
            WsmqAddress.User("bob"), new Number(0), new WsmqSendOptions { NotBefore = DateTimeOffset.UtcNow.AddHours(1) });
        await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(1), new WsmqSendOptions { Delay = TimeSpan.FromSeconds(1) });

        (await alice.Client.CancelDelayedAsync(WsmqAddress.User("bob"), first.Id)).Should().BeTrue();
        (await alice.Client.CancelDelayedAsync(WsmqAddress.User("bob"), first.Id)).Should().BeFalse();

        await bob.HandlesAsync([1]);
        (await alice.Client.Invoking(c => c.CancelDelayedAsync(WsmqAddress.Work("jobs"), "x")).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.InvalidAddress);
    }

    [Fact]
    public async Task A_message_that_expired_and_was_removed_behind_one_that_lives_is_a_gap_of_its_own_and_both_others_are_handled()
    {
        await StartNodesAsync(o => o.Delivery.AckGrace = TimeSpan.Zero);
        var alice = await StartClientAsync(A.Hub, "alice");
        var first = await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(0), new WsmqSendOptions { TimeToLive = TimeSpan.FromHours(1) });
        var brief = await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(1), new WsmqSendOptions { TimeToLive = TimeSpan.FromSeconds(1) });
        await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(2));
        var log = B.Services.GetRequiredService<IStore>().Inspection;
        await Eventually.That("its space is free", async () => (await log.FindAsync(WsmqAddress.User("bob"), default))!.Value.Entries == 2);

        var bob = await StartClientAsync(B.Hub, "bob");

        await bob.HandlesAsync([0, 2]);
        bob.Gaps.Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            Reason = WsmqGapReasons.Expired, After = WsmqPosition.Parse(first.Position), Before = WsmqPosition.Parse(brief.Position).Next(),
        });
    }

    [Fact]
    public async Task Expired_messages_are_a_gap_that_is_acknowledged_and_one_in_time_says_until_when_it_lives()
    {
        await StartNodesAsync();
        var alice = await StartClientAsync(A.Hub, "alice");
        var brief = new WsmqSendOptions { TimeToLive = TimeSpan.FromMilliseconds(1) };
        await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(0), brief);
        var last = await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(1), brief);
        await using (var early = await TypedClient.StartAsync(B.Hub, "bob"))
        {
            await Eventually.That("the gap is announced", () => early.Gaps.Count == 1);
            early.Gaps[0].Should().BeEquivalentTo(new { Reason = WsmqGapReasons.Expired, Before = WsmqPosition.Parse(last.Position).Next() });
            await CursorIsAsync(Bob, "bob", WsmqPosition.Parse(last.Position));
        }

        await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(2), new WsmqSendOptions { TimeToLive = TimeSpan.FromHours(1) });
        await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(3));
        var bob = await StartClientAsync(B.Hub, "bob");

        await bob.HandlesAsync([2, 3]);
        bob.Gaps.Should().BeEmpty();
        bob.Messages[0].ExpiresAt.Should().Be(DateTimeOffset.UnixEpoch.AddMicroseconds(bob.Messages[0].Position.Value).AddHours(1));
        bob.Messages[1].ExpiresAt.Should().BeNull();
    }
}
