using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Unacknowledged;

// Which messages the hook is told of.
public abstract partial class UnacknowledgedContract
{
    [Fact]
    public async Task A_burst_to_a_user_who_is_away_is_one_call_and_is_told_once()
    {
        var node = await StartAsync(o => o.Unacknowledged.Gather = Long);
        var alice = await ConnectAsync(node, "alice");
        for (var i = 0; i < 10; i++)
        {
            await alice.Connection.InvokeAsync<WsmqReceipt>(
                "Send", new { to = "user:bob", id = $"m{i}", type = "test", headers = new { h = "1" }, body = i });
        }

        await AllAreToldAsync(node, "bob: m0 m1 m2 m3 m4 m5 m6 m7 m8 m9");

        var call = Calls.All.Single(c => c.User == "bob");
        call.Attempt.Should().Be(1);
        call.Messages[3].Should().BeEquivalentTo(
            new { Source = "user:bob", Sender = "alice", Type = "test", Headers = new Dictionary<string, string> { ["h"] = "1" } });
        call.Messages.Select(m => m.Body!.Value.To<int>()).Should().Equal(Enumerable.Range(0, 10));
        (await call.StillAsync()).Messages.Should().BeEquivalentTo(call.Messages);
        await SendAsync(node, Message("user:bob", "later"));
        await Eventually.That("what came later is told of alone", () => Calls.Ids.Contains("bob: later"));
    }

    [Fact]
    public async Task What_one_device_has_acknowledged_is_not_told_of_although_another_one_is_away()
    {
        var node = await StartAsync(o => o.Unacknowledged.After = Long);
        await (await ConnectAsync(node, "bob", "phone")).DisposeAsync();
        var desk = await ConnectAsync(node, "bob", "desk");
        await SendAsync(node, Message("user:bob", "read"), Message("user:carol", "unread"));
        await desk.ReceivesAsync("1");

        await AllAreToldAsync(node, "carol: unread");
    }

    [Fact]
    public async Task A_device_that_is_connected_and_acknowledges_nothing_does_not_count()
    {
        var node = await StartAsync(o => o.Unacknowledged.After = Long);
        var bob = await ConnectAsync(node, "bob", ack: false);
        await SendAsync(node, Message("user:bob", "a"), Message("user:bob", "b"));
        await bob.ReceivesAsync("1", "1");
        await bob.Connection.SendAsync("Ack", "user:bob", bob.Received[0].Position);

        await AllAreToldAsync(node, "bob: b");
    }

    [Fact]
    public async Task Messages_to_groups_and_expired_ones_are_not_told_of()
    {
        var node = await StartAsync();
        await node.Groups.AddToGroupAsync("bob", "team");
        await SendAsync(
            node, Message("group:team", "group"), Message("user:bob", "old") with { TimeToLive = TimeSpan.FromMilliseconds(50) },
            Message("user:bob", "new") with { TimeToLive = TimeSpan.FromHours(1) });

        await AllAreToldAsync(node, "bob: new");
    }

    [Fact]
    public async Task Messages_are_selected_by_type_or_by_header()
    {
        var node = await StartAsync(o =>
        {
            o.Unacknowledged.Types.Add("order");
            o.Unacknowledged.Types.Add("chat.*");
            (o.Unacknowledged.Header, o.Unacknowledged.HeaderValue) = ("push", "yes");
        });
        WsmqOutgoingMessage Of(string id, string? type, string? push = null) => Message("user:bob", id) with
        {
            Type = type, Headers = push is null ? null : new Dictionary<string, string> { ["push"] = push },
        };
        await SendAsync(
            node, Of("no1", "orders"), Of("yes1", "order"), Of("no2", null), Of("yes2", "chat.text"), Of("no3", "chat"), Of("yes3", null, "yes"),
            Of("no4", "x", "no"), Message("user:last", "last") with { Type = "order" });

        await Eventually.That("both are told", () => Calls.All.Count == 2);
        Calls.Ids.Should().BeEquivalentTo("bob: yes1 yes2 yes3", "last: last");
    }

    [Fact]
    public async Task A_message_with_a_delay_is_told_of_after_it_was_due()
    {
        var node = await StartAsync();
        await SendAsync(
            node, Message("user:bob", "late") with { Delay = TimeSpan.FromMilliseconds(200) },
            Message("user:bob", "much later") with { Delay = TimeSpan.FromHours(1) });

        await Eventually.That("it is told of", () => Calls.All.Count > 0);
        await AllAreToldAsync(node, "bob: late");
    }

    [Fact]
    public async Task More_messages_than_a_batch_are_several_calls_in_order()
    {
        var node = await StartAsync(o => o.Unacknowledged.MaxBatch = 7);
        await SendAsync(node, Enumerable.Range(0, 20).Select(i => Message("user:bob", $"{i}")));

        await Eventually.That("all are told", () => Calls.All.Count == 3);

        Calls.Ids.Should().Equal("bob: 0 1 2 3 4 5 6", "bob: 7 8 9 10 11 12 13", "bob: 14 15 16 17 18 19");
    }
}
