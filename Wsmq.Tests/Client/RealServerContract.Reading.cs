using System.Collections.Concurrent;
using System.Text.Json;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <content>Filters, pauses, and messages for any device.</content>
public abstract partial class RealServerContract
{
    private static readonly WsmqFilter Odd = new() { Headers = new Dictionary<string, string> { ["odd"] = "yes" } };

    [Fact]
    public async Task A_filter_set_before_the_start_holds_from_the_first_message_on_and_over_all_connections()
    {
        await StartNodesAsync(o => o.Delivery.StallAfter = TimeSpan.FromSeconds(1));
        await PublishOddAndEvenAsync(A, Bob, 0, 6);
        var bob = Keep(new TypedClient(B.Hub, "bob", _ => Task.CompletedTask));
        await bob.Client.SetFilterAsync(WsmqAddress.User("bob"), Odd);
        await bob.Client.StartAsync();
        await bob.HandlesAsync([1, 3, 5]);

        await B.Access.DisconnectAsync("bob");
        await Eventually.That("it has connected again", () => bob.States.Count(s => s == WsmqClientState.Connected) == 2);
        var last = await PublishOddAndEvenAsync(A, Bob, 6, 5);
        await bob.HandlesAsync([1, 3, 5, 7, 9]);
        await CursorIsAsync(Bob, "bob", last);

        await bob.Client.SetFilterAsync(WsmqAddress.User("bob"), null);
        await PublishOddAndEvenAsync(B, Bob, 11, 2);
        await bob.HandlesAsync([1, 3, 5, 7, 9, 11, 12]);
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_filter_and_a_pause_of_a_group_can_change_while_connected()
    {
        await StartNodesAsync();
        await A.Groups.AddToGroupAsync("bob", "ops");
        var group = WsmqAddress.Group("ops");
        var bob = await StartClientAsync(B.Hub, "bob");
        await bob.Client.SetFilterAsync(group, Odd);
        await PublishOddAndEvenAsync(A, "group:ops", 0, 4);
        await bob.HandlesAsync([1, 3]);

        await bob.Client.PauseReadingAsync(group);
        await PublishOddAndEvenAsync(A, "group:ops", 4, 4);
        await PublishAsync(A, Bob, [100]);
        await bob.HandlesAsync([1, 3, 100]);
        await bob.Client.ResumeReadingAsync(group);

        await bob.HandlesAsync([1, 3, 100, 5, 7]);
        bob.Gaps.Should().BeEmpty();
        bob.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_filter_of_all_sources_holds_over_all_connections_and_for_groups_that_are_joined_later()
    {
        await StartNodesAsync();
        var bob = Keep(new TypedClient(B.Hub, "bob", _ => Task.CompletedTask));
        await bob.Client.SetFilterAsync(Odd);
        await bob.Client.StartAsync();
        await PublishOddAndEvenAsync(A, Bob, 0, 4);
        await bob.HandlesAsync([1, 3]);

        await B.Access.DisconnectAsync("bob");
        await Eventually.That("it has connected again", () => bob.States.Count(s => s == WsmqClientState.Connected) == 2);
        await A.Groups.AddToGroupAsync("bob", "ops");
        await PublishOddAndEvenAsync(A, Bob, 4, 2);
        await PublishOddAndEvenAsync(A, "group:ops", 6, 2);
        await Eventually.That("one of each has arrived", () => bob.HandledCount == 4);
        bob.Handled.Should().BeEquivalentTo([1, 3, 5, 7]);

        await bob.Client.SetFilterAsync(null);
        await PublishOddAndEvenAsync(B, "group:ops", 8, 1);
        await Eventually.That("the next arrives", () => bob.Handled.Contains(8));
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_refused_filter_changes_nothing()
    {
        await StartNodesAsync(o => o.Delivery.MaxFilters = 1);
        var bob = await StartClientAsync(B.Hub, "bob");
        await bob.Client.SetFilterAsync(WsmqAddress.User("bob"), Odd);

        await RefusedAsync(() => bob.Client.PauseReadingAsync(WsmqAddress.Group("ops")), WsmqErrors.TooManyFilters);
        await RefusedAsync(() => bob.Client.SetFilterAsync(WsmqAddress.User("bob"), new WsmqFilter { Types = [] }), WsmqErrors.InvalidMessage);
        await RefusedAsync(() => bob.Client.SetFilterAsync(WsmqAddress.User("eve"), Odd), WsmqErrors.ReadNotAllowed);

        await PublishOddAndEvenAsync(A, Bob, 0, 4);
        await bob.HandlesAsync([1, 3]);

        static async Task RefusedAsync(Func<Task> call, WsmqError error) =>
            (await call.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(error);
    }

    [Fact]
    public async Task A_message_for_any_device_is_handled_by_one_and_others_are_told()
    {
        await StartNodesAsync();
        var (held, cleared) = (new TaskCompletionSource(), new ConcurrentQueue<WsmqPosition>());
        var laptop = Keep(new TypedClient(A.Hub, "bob", _ => held.Task, o => o.Device = "laptop"));
        laptop.Client.Cleared += (_, e) => cleared.Enqueue(e.Position);
        await laptop.Client.StartAsync();
        await PublishAsync(A, Bob, [0]);
        await Eventually.That("its handler is called", () => laptop.Calls == 1);
        var sent = await A.Publisher.SendManyAsync([.. Numbers(3).Skip(1).Select(n => WsmqOutgoingMessage.From(
            WsmqAddress.User("bob"), new Number(n), new WsmqSendOptions { Mode = WsmqDeliveryMode.AnyDevice }, JsonSerializerOptions.Web))]);

        var phone = await StartClientAsync(B.Hub, "bob", configure: o => o.Device = "phone");
        await phone.HandlesAsync([0, 1, 2]);
        await Eventually.That("the other device is told", () => cleared.Count == 2);
        cleared.Should().Equal(sent.Select(r => WsmqPosition.Parse(r.Receipt!.Position)));

        held.SetResult();
        await PublishAsync(B, Bob, [3]);
        await laptop.HandlesAsync([0, 3]);
        laptop.Gaps.Should().BeEmpty();
    }

    private static async Task<WsmqPosition> PublishOddAndEvenAsync(TestNode node, string to, int first, int count)
    {
        var results = await node.Publisher.SendManyAsync([.. Enumerable.Range(first, count).Select(n => new WsmqOutgoingMessage
        {
            To = to, Type = nameof(Number), Body = WsmqJsonBody.From(new Number(n), JsonSerializerOptions.Web),
            Headers = new Dictionary<string, string> { ["odd"] = n % 2 == 1 ? "yes" : "no" },
        })]);
        return WsmqPosition.Parse(results[^1].Receipt!.Position);
    }
}
