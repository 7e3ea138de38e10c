using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Feeds;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Client;

/// <content>Missing messages are announced once, as a gap.</content>
public abstract partial class RealServerContract
{
    [Fact]
    public async Task Trimmed_messages_are_announced_as_a_gap_before_the_remaining_ones()
    {
        await StartNodesAsync(o => o.Retention.MaxCount = 5);
        WsmqPosition last;
        await using (var bob = await TypedClient.StartAsync(A.Hub, "bob"))
        {
            await PublishAsync(A, Bob, [0]);
            await bob.HandlesAsync([0]);
            last = bob.Messages[0].Position;
        }

        // Until then the node would keep the messages in memory for the connection, and deliver them from there.
        await Eventually.That("the first connection has ended", () => A.Services.GetRequiredService<FeedRegistry>().Count == 0);
        await PublishAsync(A, Bob, Enumerable.Range(1, 20));
        await A.Services.GetRequiredService<IStore>().Inspection.FindAsync(WsmqAddress.User("bob"), default);
        var handledBefore = -1;
        var next = Keep(new TypedClient(B.Hub, "bob", _ => Task.CompletedTask));
        next.Client.Gap += (_, _) => handledBefore = next.HandledCount;
        await next.Client.StartAsync();

        await next.HandlesAsync([16, 17, 18, 19, 20]);
        var gap = next.Gaps.Should().ContainSingle().Subject;
        gap.Should().BeEquivalentTo(new { Source = WsmqAddress.User("bob"), After = last, Reason = WsmqGapReasons.Retention });
        gap.Before.Should().BeLessThanOrEqualTo(next.Messages[0].Position).And.BeGreaterThan(last);
        handledBefore.Should().Be(0, "the gap is announced in its place");
    }

    [Fact]
    public async Task A_gap_at_the_tail_of_a_log_is_acknowledged_and_not_announced_to_the_next_process()
    {
        await StartNodesAsync(o => o.Retention.MaxAge = TimeSpan.FromSeconds(10));
        var alice = await StartClientAsync(A.Hub, "alice");
        WsmqPosition last;
        await using (var bob = await TypedClient.StartAsync(A.Hub, "bob"))
        {
            // Registers the device: a new device would get no gap.
            await alice.SendAsync(Bob, 0);
            await bob.HandlesAsync([0]);
            last = bob.Messages[0].Position;
        }

        var receipts = await alice.SendAsync(Bob, Numbers(3));
        var tail = WsmqPosition.Parse(receipts[2].Position);
        var log = A.Services.GetRequiredService<IStore>().MessageLog;
        await Eventually.That("all have expired", async () =>
            (await log.ReadAsync(WsmqAddress.User("bob"), WsmqPosition.Start, 10, 1000, CancellationToken.None)).State.Removed == tail);

        await using (var bob = await TypedClient.StartAsync(B.Hub, "bob"))
        {
            await Eventually.That("the gap is announced", () => bob.Gaps.Count == 1);
            bob.Gaps[0].Should().BeEquivalentTo(new { After = last, Before = tail.Next(), Reason = WsmqGapReasons.Retention });
            await CursorIsAsync(Bob, "bob", tail);
        }

        var next = await StartClientAsync(A.Hub, "bob");
        await alice.SendAsync(Bob, 3);
        await next.HandlesAsync([3]);
        next.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_who_leaves_and_rejoins_a_group_gets_a_gap_for_the_messages_in_between()
    {
        await StartNodesAsync();
        await A.Groups.AddToGroupAsync("bob", "ops");
        var bob = await StartClientAsync(B.Hub, "bob");
        await PublishAsync(A, "group:ops", [0, 1]);
        await bob.HandlesAsync([0, 1]);
        await CursorIsAsync("group:ops", "bob", bob.Messages[1].Position);

        await A.Groups.RemoveFromGroupAsync("bob", "ops");
        await PublishAsync(A, "group:ops", [2, 3]);
        await A.Groups.AddToGroupAsync("bob", "ops");
        await PublishAsync(A, "group:ops", [4, 5]);

        await bob.HandlesAsync([0, 1, 4, 5]);
        var gap = bob.Gaps.Should().ContainSingle().Subject;
        gap.Should().BeEquivalentTo(new { Source = WsmqAddress.Group("ops"), After = bob.Messages[1].Position, Reason = WsmqGapReasons.NotMember });
        gap.Before.Should().BeLessThanOrEqualTo(bob.Messages[2].Position);
        bob.Errors.Should().BeEmpty();
    }
}
