using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Feeds;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <content>State: the newest message of each key, beyond the log. And messages with an expected tail.</content>
public abstract partial class RealServerContract
{
    [Fact]
    public async Task Each_new_device_gets_the_state_that_the_log_does_not_have_any_more_and_then_the_log()
    {
        await StartNodesAsync(RetainThree);
        var last = await SendStateAsync(Bob);

        foreach (var device in new[] { "first", "second" })
        {
            var bob = await StartClientAsync(B.Hub, "bob", configure: o => o.Device = device);

            await bob.HandlesAsync([2, 3, 4, 5, 6]);
            bob.Messages.Select(m => (m.StateKey, m.IsState)).Should().Equal(("b", true), ("a", true), (null, false), (null, false), (null, false));
            var complete = bob.Complete.Should().ContainSingle().Subject;
            (complete.Source, complete.Count).Should().Be((WsmqAddress.User("bob"), 2));
            complete.Position.Should().BeLessThan(bob.Messages[2].Position);
            bob.Gaps.Should().BeEmpty();
            bob.Errors.Should().BeEmpty();
        }

        await Eventually.That("all is acknowledged", async () => await PositionOfAsync("first") == last && await PositionOfAsync("second") == last);

        async Task<WsmqPosition> PositionOfAsync(string device) => (await OpenAsync(device)).Position;
    }

    [Fact]
    public async Task State_without_messages_is_complete_too_until_a_message_is_acknowledged()
    {
        await StartNodesAsync();
        await using (var bob = await TypedClient.StartAsync(A.Hub, "bob"))
        {
            await Eventually.That("the state is complete", () => bob.Complete.Count == 1);
            (bob.Complete[0].Count, bob.Complete[0].Position).Should().Be((0, WsmqPosition.Start));
            await PublishAsync(A, Bob, [0]);
            await bob.HandlesAsync([0]);
            await Eventually.That("that is acknowledged", async () => !(await OpenAsync("default")).IsNew);
        }

        await PublishAsync(A, Bob, [1]);
        var next = await StartClientAsync(B.Hub, "bob");

        await next.HandlesAsync([1]);
        next.Complete.Should().BeEmpty();
    }

    [Fact]
    public async Task State_that_was_not_handled_before_a_restart_is_delivered_again_from_its_beginning()
    {
        await StartNodesAsync(RetainThree);
        await SendStateAsync(Bob);

        // After many attempts it would be left out.
        await using (var failing = await TypedClient.StartAsync(A.Hub, "bob", FailsOn(3), o => o.HandlerBackoff.Max = TimeSpan.FromSeconds(30)))
        {
            await Eventually.That("a part is handled, and the rest fails", () => failing.HandledCount == 1 && failing.Calls > 2);
        }

        var bob = await StartClientAsync(B.Hub, "bob");

        await bob.HandlesAsync([2, 3, 4, 5, 6]);
        bob.Complete.Should().ContainSingle();
        (await DeadLetters.ListAsync("bob")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_known_device_gets_the_state_that_was_in_a_gap_before_the_gap()
    {
        await StartNodesAsync(RetainThree);
        await using (var bob = await TypedClient.StartAsync(A.Hub, "bob"))
        {
            await PublishAsync(A, Bob, [0]);
            await bob.HandlesAsync([0]);
        }

        // Until then the node would keep the messages in memory for the connection, and deliver them from there.
        await Eventually.That("the first connection has ended", () => A.Services.GetRequiredService<FeedRegistry>().Count == 0);
        await SendStateAsync(Bob);
        var next = Keep(new TypedClient(B.Hub, "bob", _ => Task.CompletedTask));
        var handledBefore = -1;
        next.Client.Gap += (_, _) => handledBefore = next.HandledCount;
        await next.Client.StartAsync();

        await next.HandlesAsync([2, 3, 4, 5, 6]);
        next.Complete.Should().ContainSingle().Which.Count.Should().Be(2);
        next.Gaps.Should().ContainSingle().Which.Reason.Should().Be(WsmqGapReasons.Retention);
        handledBefore.Should().Be(2, "the state comes before the gap");
    }

    [Fact]
    public async Task A_resume_from_the_start_delivers_the_state_and_the_log_again()
    {
        await StartNodesAsync(RetainThree);
        var last = await SendStateAsync(Bob);
        var bob = await StartClientAsync(B.Hub, "bob");
        await bob.HandlesAsync([2, 3, 4, 5, 6]);
        await CursorIsAsync(Bob, "bob", last);

        await bob.Client.ResumeAsync(WsmqAddress.User("bob"), WsmqPosition.Start);

        await bob.HandlesAsync([2, 3, 4, 5, 6, 2, 3, 4, 5, 6]);
        bob.Complete.Should().HaveCount(2);
        bob.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task More_than_a_window_that_is_read_again_after_a_resume_is_delivered_without_a_stall()
    {
        await StartNodesAsync(o => (o.Delivery.MaxInFlightMessages, o.Delivery.AckGrace) = (16, TimeSpan.FromHours(1)));
        await PublishAsync(A, Bob, Numbers(100));
        var bob = await StartClientAsync(B.Hub, "bob", configure: o => o.AckAfterMessages = 8);
        await bob.HandlesAsync(Numbers(100));
        await CursorIsAsync(Bob, "bob", bob.Messages[^1].Position);

        await bob.Client.ResumeAsync(WsmqAddress.User("bob"), WsmqPosition.Start);

        await bob.HandlesAsync(Numbers(100).Concat(Numbers(100)));
    }

    [Fact]
    public async Task A_new_member_gets_the_state_of_the_group_from_before_it_joined()
    {
        await StartNodesAsync();
        await SendStateAsync("group:ops");
        await A.Groups.AddToGroupAsync("bob", "ops");
        var bob = await StartClientAsync(B.Hub, "bob");

        await bob.HandlesAsync([2, 3]);
        await PublishAsync(A, "group:ops", [7]);
        await bob.HandlesAsync([2, 3, 7]);
        bob.Messages.Select(m => m.IsState).Should().Equal(true, true, false);
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_removal_reaches_its_handler_in_order_and_new_devices_get_no_state_of_its_key()
    {
        await StartNodesAsync(o => o.Retention.MaxCount = 2);
        var alice = await StartClientAsync(A.Hub, "alice");
        var removed = new ConcurrentQueue<string>();
        var bob = await ListenAsync("default");
        await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(1), new WsmqSendOptions { StateKey = "k" });
        await bob.HandlesAsync([1]);

        var byApp = await A.Publisher.RemoveStateAsync(WsmqAddress.User("bob"), "k");
        var byAlice = await alice.Client.RemoveStateAsync(
            WsmqAddress.User("bob"), "other", new WsmqSendOptions { ExpectedTail = WsmqPosition.Parse(byApp.Position) });
        string[] expected = [$"k by  at {byApp.Position} after 1", $"other by alice at {byAlice.Position} after 1"];
        await Eventually.That("both are handled", () => removed.SequenceEqual(expected));
        await CursorIsAsync(Bob, "bob", WsmqPosition.Parse(byAlice.Position));

        var next = await ListenAsync("next");
        await Eventually.That("the state is complete", () => next.Complete.Count == 1);
        next.Complete[0].Count.Should().Be(0);
        next.Errors.Should().BeEmpty();
        foreach (var ofJob in new WsmqSendOptions[] { new() { Key = "k" }, new() { UniqueId = "u" }, new() { Priority = WsmqJobPriority.High } })
        {
            foreach (var remove in new Func<Task>[]
            {
                () => A.Publisher.RemoveStateAsync(WsmqAddress.User("bob"), "k", ofJob),
                () => alice.Client.RemoveStateAsync(WsmqAddress.User("bob"), "k", ofJob),
            })
                (await remove.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidMessage);
        }

        async Task<TypedClient> ListenAsync(string device)
        {
            var client = Keep(new TypedClient(B.Hub, "bob", _ => Task.CompletedTask, o => o.Device = device));
            client.Client.OnStateRemoved((removal, _) =>
            {
                if (device == "default")
                    removed.Enqueue($"{removal.Key} by {removal.Sender} at {removal.Position} after {client.HandledCount}");
                return Task.CompletedTask;
            });
            await client.Client.StartAsync();
            return client;
        }
    }

    [Fact]
    public async Task Of_two_messages_that_expect_the_same_tail_one_is_stored()
    {
        await StartNodesAsync();
        var (alice, carol, bob) = (await StartClientAsync(A.Hub, "alice"), await StartClientAsync(B.Hub, "carol"), await StartClientAsync(B.Hub, "bob"));
        var first = await SendAsync(alice, 1, WsmqPosition.Start);

        var conflict = (await carol.Invoking(c => SendAsync(c, 2, WsmqPosition.Start)).Should().ThrowAsync<WsmqException>()).Which;
        await SendAsync(carol, 3, WsmqPosition.Parse(first.Position));
        var repeated = await SendAsync(alice, 1, WsmqPosition.Start, first.Id);

        (conflict.Error, conflict.Error.CanRetry).Should().Be((WsmqErrors.PositionConflict, false));
        repeated.Duplicate.Should().BeTrue();
        await bob.HandlesAsync([1, 3]);
        (await A.Publisher.Invoking(p => p.SendAsync(WsmqAddress.User("bob"), new Number(4), new WsmqSendOptions { ExpectedTail = WsmqPosition.Start }))
            .Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.PositionConflict);

        static Task<WsmqReceipt> SendAsync(TypedClient client, int number, WsmqPosition tail, string? id = null) =>
            client.Client.SendAsync(WsmqAddress.User("bob"), new Number(number), new WsmqSendOptions { Id = id, ExpectedTail = tail });
    }

    [Fact]
    public async Task A_key_more_than_the_state_of_an_address_may_have_is_refused_and_one_that_replaces_or_follows_a_removal_is_not()
    {
        await StartNodesAsync(o => o.Publish.MaxStateKeys = 2);
        var alice = await StartClientAsync(A.Hub, "alice");
        await SendAsync("a");
        await SendAsync("b");

        (await FluentActions.Awaiting(() => SendAsync("c")).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.TooMuchState);
        await SendAsync("a");
        await alice.Client.RemoveStateAsync(WsmqAddress.User("bob"), "b");
        await SendAsync("c");

        Task<WsmqReceipt> SendAsync(string key) =>
            alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(1), new WsmqSendOptions { StateKey = key });
    }

    private static void RetainThree(WsmqOptions options) =>
        (options.Retention.MaxCount, options.Delivery.AckGrace) = (3, TimeSpan.FromHours(1));

    /// <summary>Sends 1 to 6, of which 1 and 3 have the key a, and 2 has the key b. Returns the last position.</summary>
    private async Task<WsmqPosition> SendStateAsync(string to)
    {
        string?[] keys = ["a", "b", "a", null, null, null];
        var receipt = default(WsmqReceipt);
        for (var i = 0; i < keys.Length; i++)
            receipt = await A.Publisher.SendAsync(WsmqAddress.Parse(to), new Number(i + 1), new WsmqSendOptions { StateKey = keys[i] });

        // Until then the store may have more of them.
        await A.Services.GetRequiredService<IStore>().Inspection.FindAsync(WsmqAddress.Parse(to), default);
        return WsmqPosition.Parse(receipt!.Position);
    }

    private async Task<OpenCursor> OpenAsync(string device) => await A.Services.GetRequiredService<IStore>().MessageLog
        .OpenCursorAsync(WsmqAddress.User("bob"), "bob", device, CancellationToken.None);
}
