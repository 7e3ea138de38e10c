using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// State: the newest message of each key stays when the log is trimmed, and comes before the log.
public abstract partial class NodeContract
{
    [Fact]
    public async Task A_new_device_gets_the_state_that_the_log_no_longer_has_and_then_the_log()
    {
        var node = await StartAsync(o => o.Retention.MaxCount = 3);
        var sent = await node.Publisher.SendManyAsync(
        [
            State("user:bob", "a", 0), State("user:bob", "b", 1), State("user:bob", "a", 2), Message("user:bob", 3),
            State("user:bob", "c", 4), Message("user:bob", 5), Message("user:bob", 6),
        ]);

        await using var bob = await PlainClient.ConnectAsync(node, "bob", state: true);
        await bob.ReceivesAsync("4", "5", "6");

        var state = bob.State.Should().ContainSingle().Subject;
        state.Texts.Should().Equal("b=1", "a=2");
        state.Deliveries.Select(d => d.Position).Should().Equal(sent[1].Receipt!.Position, sent[2].Receipt!.Position);
        state.Should().BeEquivalentTo(new { Source = "user:bob", Through = sent[3].Receipt!.Position, Received = 0, Gaps = 0 });
        bob.Received[0].Should().BeEquivalentTo(new { StateKey = "c", Previous = state.Through });
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_state_a_new_device_is_told_that_there_is_none_until_it_has_acknowledged_something()
    {
        var node = await StartAsync();
        for (var i = 0; i < 2; i++)
        {
            await using var bob = await PlainClient.ConnectAsync(node, "bob", state: true);
            await Eventually.That("the call arrives", () => bob.State.Count == 1);
            bob.State[0].Should().BeEquivalentTo(new { Source = "user:bob", Deliveries = Array.Empty<WsmqDelivery>(), Through = Zeros });
            if (i == 0)
                continue;
            await node.Publisher.SendAsync(Message("user:bob", 0));
            await bob.ReceivesAsync("0");
            await CursorIsKnownAsync(node, "bob");
        }

        await using var again = await PlainClient.ConnectAsync(node, "bob", state: true);
        await node.Publisher.SendAsync(Message("user:bob", 1));
        await again.ReceivesAsync("1");
        again.State.Should().BeEmpty();
    }

    [Fact]
    public async Task A_device_that_has_not_acknowledged_the_state_gets_it_again()
    {
        var node = await StartAsync(o => (o.Retention.MaxCount, o.Delivery.AckGrace) = (1, TimeSpan.Zero));
        await node.Publisher.SendManyAsync([State("user:bob", "a", 0), State("user:bob", "b", 1)]);
        await using (var first = await PlainClient.ConnectAsync(node, "bob", "new", ack: false, state: true))
            await first.ReceivesAsync("1");

        await using (var second = await PlainClient.ConnectAsync(node, "bob", "new", state: true))
        {
            await second.ReceivesAsync("1");
            second.State.Single().Texts.Should().Equal("a=0");
            await CursorIsKnownAsync(node, "bob");
        }

        await using var third = await PlainClient.ConnectAsync(node, "bob", "new", state: true);
        await node.Publisher.SendAsync(Message("user:bob", 2));
        await third.ReceivesAsync("2");
        third.State.Should().BeEmpty();
    }

    [Fact]
    public async Task A_member_gets_the_state_from_before_joining_and_one_that_joins_again_gets_it_again()
    {
        var node = await StartAsync();
        await node.Publisher.SendManyAsync([State("group:ops", "a", 0), Message("group:ops", 1), State("group:ops", "b", 2)]);
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob", state: true);

        await Eventually.That("the state arrives", () => OfGroup(bob).Any());
        await node.Publisher.SendAsync(Message("group:ops", 3));
        await bob.ReceivesAsync("3");
        OfGroup(bob).Should().ContainSingle().Which.Texts.Should().Equal("a=0", "b=2");

        await node.Groups.RemoveFromGroupAsync("bob", "ops");
        await node.Publisher.SendAsync(Removal("group:ops", "a"));
        await node.Groups.AddToGroupAsync("bob", "ops");
        await Eventually.That("the state arrives again", () => OfGroup(bob).Count() == 2);
        OfGroup(bob).Last().Texts.Should().Equal("b=2");

        static IEnumerable<StateSeen> OfGroup(PlainClient client) => client.State.Where(s => s.Source == "group:ops");
    }

    [Fact]
    public async Task Resume_from_the_start_gets_the_state_before_the_gap()
    {
        var node = await StartAsync(o => o.Retention.MaxCount = 1);
        await node.Publisher.SendManyAsync([State("user:bob", "a", 0), Message("user:bob", 1), Message("user:bob", 2)]);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", state: true);
        await bob.ReceivesAsync("2");

        await bob.Connection.InvokeAsync("Resume", "user:bob", Zeros);

        await bob.ReceivesAsync("2", "2");
        bob.State.Should().HaveCount(2);
        bob.State[1].Texts.Should().Equal("a=0");
        bob.State[1].Should().BeEquivalentTo(new { Through = Zeros, Received = 1, Gaps = 0 });
        bob.Gaps.Should().ContainSingle().Which.After.Should().Be(Zeros);
    }

    [Fact]
    public async Task State_inside_a_gap_comes_before_the_gap_and_all_else_is_as_without_it()
    {
        // Nothing comes from memory, in which the node may still have what follows the connection.
        var node = await StartAsync(o => (o.Retention.MaxCount, o.Delivery.CachedEntriesPerAddress) = (2, 0));
        await using (var bob = await PlainClient.ConnectAsync(node, "bob", state: true))
        {
            await node.Publisher.SendAsync(State("user:bob", "old", 0));
            await bob.ReceivesAsync("0");
            await CursorIsKnownAsync(node, "bob", bob.Received[0].Position);
        }

        await node.Publisher.SendManyAsync([State("user:bob", "a", 1), Message("user:bob", 2), State("user:bob", "b", 3), Message("user:bob", 4)]);

        // One after the other: they are one device, and the second one acknowledges.
        await using var plain = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await plain.ReceivesAsync("3", "4");
        await using var back = await PlainClient.ConnectAsync(node, "bob", state: true);
        await back.ReceivesAsync("3", "4");
        back.State.Should().ContainSingle().Which.Texts.Should().Equal("old=0", "a=1");
        back.State[0].Gaps.Should().Be(0);
        back.State[0].Through.Should().Be(back.Gaps.Single().After);
        plain.Gaps.Select(g => (g.After, g.Before, g.Reason)).Should().Equal(back.Gaps.Select(g => (g.After, g.Before, g.Reason)));
        plain.State.Should().BeEmpty();
    }

    [Fact]
    public async Task Much_state_arrives_in_several_calls_of_which_the_last_one_says_where_the_log_goes_on()
    {
        var node = await StartAsync(o => o.Retention.MaxCount = 1);
        var body = WsmqJsonBody.Parse($"\"{new string('x', 1_000)}\"");
        await node.Publisher.SendManyAsync([.. Enumerable.Range(0, 800).Select(i => State("user:bob", $"k{i}", i) with { Body = body })]);
        var last = await node.Publisher.SendAsync(Message("user:bob", 900));

        await using var bob = await PlainClient.ConnectAsync(node, "bob", state: true);
        await bob.ReceivesAsync("900");

        bob.State.Count.Should().BeGreaterThan(10);
        bob.State.SelectMany(s => s.Deliveries).Select(d => d.StateKey).Should().Equal(Enumerable.Range(0, 800).Select(i => $"k{i}"));
        bob.State.SkipLast(1).Select(s => s.Through).Should().OnlyContain(t => t == null);
        bob.State[^1].Through.Should().Be(bob.Received[0].Previous);
        last.Position.Should().Be(bob.Received[0].Position);
    }

    [Fact]
    public async Task A_removal_arrives_in_the_log_also_at_a_later_time_and_what_it_removes_is_no_state_any_more()
    {
        var node = await StartAsync(o => o.Retention.MaxCount = 1);
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var phone = await PlainClient.ConnectAsync(node, "bob", "phone", ack: false);

        // It reads the log from here on.
        await phone.Connection.InvokeAsync("Ack", "user:bob", WsmqPosition.Start.ToString());
        await alice.Connection.InvokeAsync("Send", new { to = "user:bob", stateKey = "a", body = 0 });
        await alice.Connection.InvokeAsync("Send", new { to = "user:bob", stateKey = "b", body = 1 });
        await alice.Connection.InvokeAsync("Send", new { to = "user:bob", stateKey = "b", removeState = true, delay = 10 });
        await alice.Connection.InvokeAsync("Send", new { to = "user:bob", stateKey = "c", body = 2 });
        await alice.Connection.InvokeAsync("Send", new { to = "user:bob", stateKey = "a", removeState = true });
        await Eventually.That("the removals arrive", () => phone.Received.Count(d => d.RemoveState) == 2);

        phone.Received.Last(d => d.StateKey == "a").Should().BeEquivalentTo(new { StateKey = "a", RemoveState = true, Sender = "alice" });
        phone.Received.Last(d => d.StateKey == "a").Body.Should().BeNull();
        await alice.SendAsync("user:bob", 3);
        await using var laptop = await PlainClient.ConnectAsync(node, "bob", "laptop", state: true);
        await laptop.ReceivesAsync("3");
        laptop.State.Single().Texts.Should().Equal("c=2");
    }

    [Fact]
    public async Task A_delayed_message_becomes_state_when_it_is_due()
    {
        var node = await StartAsync(o => o.Retention.MaxCount = 1);
        await using (var phone = await PlainClient.ConnectAsync(node, "bob", "phone"))
        {
            await node.Publisher.SendAsync(State("user:bob", "a", 0));
            await phone.ReceivesAsync("0");
            await node.Publisher.SendAsync(State("user:bob", "a", 1) with { Delay = TimeSpan.FromMilliseconds(500) });
            await phone.ReceivesAsync("0", "1");
        }

        await node.Publisher.SendAsync(Message("user:bob", 2));

        await using var laptop = await PlainClient.ConnectAsync(node, "bob", "laptop", state: true);
        await laptop.ReceivesAsync("2");
        laptop.State.Single().Texts.Should().Equal("a=1");
    }

    [Fact]
    public async Task Of_two_that_expect_the_same_tail_one_is_stored_and_only_the_app_is_told_the_tail()
    {
        var node = await StartAsync();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        object Claim(string id, string tail) => new { to = "user:bob", id, body = id, expectedTail = tail };
        async Task<WsmqItemResult> SendAsync(string id, string tail) =>
            (await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", new[] { Claim(id, tail) })).Single();

        var results = await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", new[] { Claim("x", Zeros), Claim("y", Zeros) });
        var repeat = await SendAsync("x", Zeros);
        var again = await SendAsync("y", results[0].Position!);
        var next = await SendAsync("z", results[0].Position!);

        WsmqError.Find(results[1].Error)!.Code.Should().Be("position-conflict");
        results[1].Error.Should().NotContain(results[0].Position!);
        repeat.Should().BeEquivalentTo(new { results[0].Position, Duplicate = true, Error = (string?)null });
        again.Error.Should().BeNull();
        WsmqError.Find(next.Error)!.Code.Should().Be("position-conflict");
        (await node.Publisher.Invoking(p => p.SendAsync(Message("user:bob", 0) with { ExpectedTail = WsmqPosition.Start })).Should().ThrowAsync<WsmqException>())
            .Which.Message.Should().Contain(again.Position);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync("\"x\"", "\"y\"");
    }

    [Fact]
    public async Task State_over_a_limit_and_malformed_state_is_refused_and_stores_nothing()
    {
        var node = await StartAsync(o => (o.Publish.MaxStateKeys, o.Publish.MaxStateBytes) = (2, 2_000));
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        async Task<string?> CodeAsync(object message) =>
            WsmqError.Find((await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", new[] { message })).Single().Error)?.Code;
        var large = new string('x', 1_900);

        (await CodeAsync(new { to = "user:bob", stateKey = "a", body = 1 })).Should().BeNull();
        (await CodeAsync(new { to = "user:bob", stateKey = "b", body = large })).Should().Be("too-much-state");
        (await CodeAsync(new { to = "user:bob", stateKey = "b", body = 1 })).Should().BeNull();
        (await CodeAsync(new { to = "user:bob", stateKey = "c", body = 1 })).Should().Be("too-much-state");
        (await CodeAsync(new { to = "user:bob", stateKey = "a", body = 2 })).Should().BeNull();
        (await CodeAsync(new { to = "user:bob", stateKey = "b", removeState = true })).Should().BeNull();
        (await CodeAsync(new { to = "user:bob", stateKey = "c", body = 1 })).Should().BeNull();

        (await CodeAsync(new { to = "user:bob", stateKey = "", body = 1 })).Should().Be("invalid-message");
        (await CodeAsync(new { to = "user:bob", stateKey = new string('k', 129), body = 1 })).Should().Be("invalid-message");
        (await CodeAsync(new { to = "user:bob", removeState = true })).Should().Be("invalid-message");
        (await CodeAsync(new { to = "user:bob", stateKey = "a", removeState = true, body = 1 })).Should().Be("invalid-message");
        (await CodeAsync(new { to = "user:bob", stateKey = "a", timeToLive = 1_000 })).Should().Be("invalid-message");
        (await CodeAsync(new { to = "user:bob", expectedTail = "1" })).Should().Be("invalid-message");
        (await CodeAsync(new { to = "user:bob", expectedTail = Zeros, delay = 10 })).Should().Be("invalid-message");
        var entries = await node.Services.GetRequiredService<IWsmqLogs>().ListAsync(WsmqAddress.User("bob"), new WsmqEntryQuery());
        entries.Items.Should().HaveCount(5);
    }

    [Fact]
    public async Task Corrupt_state_is_skipped_and_the_rest_arrives()
    {
        var node = await StartAsync(o => o.Retention.MaxCount = 1);
        var store = node.Services.GetRequiredService<IStore>();
        await AppendAsync(store, "a", "{\"id\":\"forged\"}", Forged);
        await AppendAsync(store, "b", "{\"id\":\"m\",\"sentAt\":1,\"stateKey\":\"b\"}", "1");
        await node.Publisher.SendAsync(Message("user:bob", 2));

        await using var bob = await PlainClient.ConnectAsync(node, "bob", state: true);
        await bob.ReceivesAsync("2");
        bob.State.Single().Texts.Should().Equal("b=1");

        static async Task AppendAsync(IStore store, string key, string metadata, string body)
        {
            var to = WsmqAddress.User("bob");
            var request = new AppendRequest(to, "app", key, System.Text.Encoding.UTF8.GetBytes(metadata), System.Text.Encoding.UTF8.GetBytes(body))
            {
                Log = new LogTerms { StateKey = key },
            };
            await store.MessageLog.Appenders[store.MessageLog.AppenderOf(to)].AppendAsync([request], false, default);
        }
    }

    private const string Zeros = "0000000000000000";

    private static WsmqOutgoingMessage State(string to, string key, int number) => Message(to, number) with { StateKey = key };

    private static WsmqOutgoingMessage Removal(string to, string key) => new() { To = to, StateKey = key, RemoveState = true };

    // Until its first ack is stored a device is new; later the cursor shows it.
    private static Task CursorIsKnownAsync(TestNode node, string user, string? at = null) => Eventually.That("the ack is stored", async () =>
    {
        var source = WsmqAddress.User(user);
        var log = node.Services.GetRequiredService<IStore>().MessageLog;
        var devices = await log.DevicesAsync(user, default);
        var cursors = await Task.WhenAll(devices.Select(d => log.OpenCursorAsync(source, user, d.Name, default)));
        return cursors.Length > 0 && cursors.All(c => !c.IsNew && (at is null || c.Position.ToString() == at));
    });
}
