using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// Presence: who is online, with devices, for plain clients and the app.
public abstract partial class NodeContract
{
    private static readonly TimeSpan ShortGrace = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task A_watch_of_the_own_user_gets_the_whole_and_then_each_change_of_devices_with_the_next_version()
    {
        var node = await StartAsync(With(TimeSpan.FromMinutes(1)));
        await using var web = await PlainClient.ConnectAsync(node, "alice", "web");

        var state = await WatchAsync(web, "user:alice");
        await using (await PlainClient.ConnectAsync(node, "alice", "phone"))
            await Eventually.That("the phone is seen", () => web.Presence.Count == 1);
        await Eventually.That("the phone is gone", () => web.Presence.Count == 2);

        Text(state).Should().Be("user:alice 1 online=1 away=0 alice=online[web]");
        web.Presence.Select(Text).Should().Equal(
            "user:alice 2 online=1 away=0 alice=online[web]>online[phone web]",
            "user:alice 3 online=1 away=0 alice=online[phone web]>online[web]");
    }

    [Fact]
    public async Task Closing_one_of_two_tabs_changes_nothing_the_other_takes_its_device_and_the_last_device_offline_once_after_the_grace()
    {
        var node = await StartAsync(With(ShortGrace));
        await node.Groups.AddToGroupAsync("alice", "ops");
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var tabs = new[] { await PlainClient.ConnectAsync(node, "alice", "laptop"), await PlainClient.ConnectAsync(node, "alice", "laptop") };
        var phone = await PlainClient.ConnectAsync(node, "alice", "phone");
        var seen = await SeesAtAsync(bob, "group:ops", "alice=online[laptop phone] bob=online[default]");

        await tabs[0].DisposeAsync();
        await OpenAsync(node, "alice", 2);
        await tabs[1].DisposeAsync();
        await Eventually.That("the laptop is gone", () => Statuses(bob, "alice", seen).Length > 0);
        await phone.DisposeAsync();
        await Eventually.That("alice is offline", () => Statuses(bob, "alice").LastOrDefault() == "offline");
        await using var again = await PlainClient.ConnectAsync(node, "alice", "phone");
        await Eventually.That("alice is back", () => Statuses(bob, "alice").LastOrDefault() == "online[phone]");

        Statuses(bob, "alice", seen).Should().Equal("online[laptop phone]", "online[phone]", "offline", "online[phone]");
        var changes = bob.Presence.Where(p => p.Version > seen).ToArray();
        changes.Select(c => c.Version).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        changes[1].Changes!.Single().After.LastSeen.Should().NotBeNull();
    }

    [Fact]
    public async Task A_connection_that_comes_back_within_the_grace_is_no_event()
    {
        var node = await StartAsync(With(TimeSpan.FromMinutes(1)));
        await node.Groups.AddToGroupAsync("alice", "ops");
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var first = await PlainClient.ConnectAsync(node, "alice");
        var seen = await SeesAtAsync(bob, "group:ops", "alice=online[default] bob=online[default]");

        await first.DisposeAsync();
        await OpenAsync(node, "alice", 0);
        await using var second = await PlainClient.ConnectAsync(node, "alice");
        await second.Connection.InvokeAsync("SetPresence", true, "lunch");
        await Eventually.That("what is new is seen", () => Statuses(bob, "alice").LastOrDefault() == "away[default:\"lunch\"]");

        Statuses(bob, "alice", seen).Should().OnlyContain(s => s.StartsWith("online[default]", StringComparison.Ordinal) || s.StartsWith("away[", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_client_says_is_one_change_with_before_and_after_and_ends_with_its_connection()
    {
        var node = await StartAsync(With(TimeSpan.FromMinutes(1)));
        await using var web = await PlainClient.ConnectAsync(node, "alice", "web");
        await WatchAsync(web, "user:alice");
        await using (var phone = await PlainClient.ConnectAsync(node, "alice", "phone"))
        {
            await Eventually.That("the phone is seen", () => web.Presence.Count == 1);
            await phone.Connection.InvokeAsync("SetPresence", false, new { typing = true });
            await Eventually.That("it types", () => web.Presence.Count == 2);
            await phone.Connection.InvokeAsync("SetPresence", true, null);
            await Eventually.That("it is away", () => web.Presence.Count == 3);
        }

        await Eventually.That("it is gone", () => web.Presence.Count == 4);
        Statuses(web, "alice").Should().Equal(
            "online[web]", "online[phone web]", "online[phone:{\"typing\":true} web]", "online[phone(away) web]", "online[web]");
    }

    [Fact]
    public async Task The_last_connection_takes_what_it_has_said_with_it_before_the_grace_is_over()
    {
        var node = await StartAsync(With(TimeSpan.FromMinutes(1)));
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using (var alice = await PlainClient.ConnectAsync(node, "alice"))
        {
            await alice.Connection.InvokeAsync("SetPresence", false, "typing");
            await Eventually.That("it is known", async () => Text(await Of(node, "alice")) == "alice=online[default:\"typing\"]");
        }

        await Eventually.That("it is gone", async () => Text(await Of(node, "alice")) == "alice=online[default]");
    }

    [Fact]
    public async Task Queries_say_the_same_as_events_and_know_when_an_offline_user_was_last_seen()
    {
        var node = await StartAsync(With(ShortGrace), a => a.See = _ => true);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using (await PlainClient.ConnectAsync(node, "alice"))
            await OpenAsync(node, "alice", 1);
        await Eventually.That("the users are known", async () =>
        {
            var found = await bob.Connection.InvokeAsync<WsmqUserPresence[]>("GetPresence", new[] { "alice", "bob", "carol" });
            return string.Join(' ', found.Select(Text)) == "alice=offline bob=online[default] carol=offline" && found[0].LastSeen is not null;
        });

        var state = await WatchAsync(bob, "user:alice");
        state.Members!.Single().LastSeen.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        await node.Services.GetRequiredService<IWsmqPresence>().ForgetAsync("alice");
        (await node.Services.GetRequiredService<Wsmq.Server.Stores.IStore>().LastSeen.ReadAsync(["alice"], default)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_group_that_is_too_large_has_counts_only_until_it_can_be_listed_again()
    {
        var node = await StartAsync(o =>
        {
            With(ShortGrace)(o);
            o.Presence.MaxGroupMembers = 2;
        });
        foreach (var user in new[] { "alice", "bob", "carol" })
            await node.Groups.AddToGroupAsync(user, "ops");
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await Eventually.That("alice is there", async () => (await WatchAsync(alice, "group:ops")).Online == 1);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await Eventually.That("bob is there", () => alice.Presence.Count > 0 && alice.Presence[^1].Online == 2);
        var carol = await PlainClient.ConnectAsync(node, "carol");
        await Eventually.That("carol is counted", () => alice.Presence[^1].Online == 3);
        var counted = alice.Presence[^1];
        await carol.DisposeAsync();
        await Eventually.That("carol is gone", () => alice.Presence[^1].Online == 2);

        (counted.Changes, counted.Members).Should().Be((null, null));
        alice.Presence[^1].Members!.Select(Text).Should().Equal("alice=online[default]", "bob=online[default]");
    }

    [Fact]
    public async Task Users_see_themselves_and_their_groups_and_a_member_who_leaves_is_told_no_more()
    {
        var node = await StartAsync(o =>
        {
            With(ShortGrace)(o);
            o.Access.CheckInterval = TimeSpan.FromMilliseconds(100);
        });
        await node.Groups.AddToGroupAsync("alice", "ops");
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await Eventually.That("both are there", async () => (await WatchAsync(bob, "group:ops")).Online == 2);

        await RefusedAsync(bob, WsmqErrors.PresenceNotAllowed, "WatchPresence", "user:alice");
        await RefusedAsync(bob, WsmqErrors.PresenceNotAllowed, "WatchPresence", "group:other");
        await RefusedAsync(bob, WsmqErrors.PresenceNotAllowed, "GetPresence", new[] { "bob", "alice" }.AsEnumerable());
        await node.Groups.RemoveFromGroupAsync("bob", "ops");
        await Eventually.That("the watch ends", async () =>
        {
            await alice.Connection.InvokeAsync("SetPresence", true, Guid.NewGuid());
            return bob.Presence is [.., { Error: not null }];
        });
        WsmqError.Find(bob.Presence[^1].Error!).Should().Be(WsmqErrors.PresenceNotAllowed);
        await Eventually.That("alice sees that bob has left", async () =>
            Text(await WatchAsync(alice, "group:ops")).Contains("bob", StringComparison.Ordinal) == false);
    }

    [Fact]
    public async Task A_member_who_was_removed_while_away_is_not_seen_in_the_group_once_a_new_connection_knows_its_groups()
    {
        var node = await StartAsync(With(TimeSpan.FromMinutes(10)));
        foreach (var user in new[] { "alice", "bob" })
            await node.Groups.AddToGroupAsync(user, "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using (await PlainClient.ConnectAsync(node, "alice"))
            await SeesAtAsync(bob, "group:ops", "alice=online[default] bob=online[default]");
        await OpenAsync(node, "alice", 0);
        await node.Groups.RemoveFromGroupAsync("alice", "ops");

        await using var again = await PlainClient.ConnectAsync(node, "alice");

        await SeesAtAsync(bob, "group:ops", "bob=online[default]");
        Text(await Of(node, "alice")).Should().Be("alice=online[default]");
    }

    [Fact]
    public async Task A_member_who_came_back_within_the_grace_and_is_removed_then_is_not_seen_in_the_group()
    {
        var node = await StartAsync(With(TimeSpan.FromMinutes(10)));
        foreach (var user in new[] { "alice", "bob" })
            await node.Groups.AddToGroupAsync(user, "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await using (await PlainClient.ConnectAsync(node, "alice"))
            await SeesAtAsync(bob, "group:ops", "alice=online[default] bob=online[default]");
        await OpenAsync(node, "alice", 0);
        await using var again = await PlainClient.ConnectAsync(node, "alice");
        await node.Groups.RemoveFromGroupAsync("alice", "ops");

        await SeesAtAsync(bob, "group:ops", "bob=online[default]");
    }

    [Fact]
    public async Task While_the_authorizer_fails_no_change_is_written_unchecked_and_other_watches_go_on()
    {
        var (fails, failures) = (false, 0);
        var node = await StartAsync(
            o => (o.Presence.IsEnabled, o.Access.CheckInterval) = (true, TimeSpan.FromMilliseconds(100)),
            a => a.See = address =>
            {
                if (!fails || address.Name != "alice")
                    return true;
                failures++;
                throw new InvalidOperationException("not there");
            });
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await WatchAsync(bob, "user:alice");
        await WatchAsync(bob, "user:carol");
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var carol = await PlainClient.ConnectAsync(node, "carol");
        fails = true;
        await Eventually.That("it has failed", async () =>
        {
            await alice.Connection.InvokeAsync("SetPresence", false, Guid.NewGuid());
            return failures > 0;
        });

        await alice.Connection.InvokeAsync("SetPresence", true, null);
        await carol.Connection.InvokeAsync("SetPresence", true, null);
        await Eventually.That("carol is away", () => bob.Presence.Any(p => p.Address.Name == "carol" && p.Away == 1));
        bob.Presence.Should().NotContain(p => p.Address.Name == "alice" && p.Away == 1);
        fails = false;
        await Eventually.That("alice is seen", () => bob.Presence.Any(p => p.Address.Name == "alice" && p.Away == 1));
    }

    [Fact]
    public async Task Each_ten_names_of_a_query_count_as_a_read_and_repeated_ones_once()
    {
        var node = await StartAsync(o =>
        {
            With(ShortGrace)(o);
            (o.Limits.UserResumesPerSecond, o.Limits.UserResumeBurst) = (1, 3);
        }, a => a.See = _ => true);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        var found = await bob.Connection.InvokeAsync<WsmqUserPresence[]>("GetPresence", Enumerable.Repeat("bob", 200));

        found.Should().HaveCount(200).And.OnlyContain(u => u.User == "bob" && u.Status == WsmqPresenceStatus.Online);
        await RefusedAsync(bob, WsmqErrors.TooManyResumes, "GetPresence", Enumerable.Range(0, 200).Select(i => $"u{i}"));
    }

    [Fact]
    public async Task A_watch_of_the_app_ends_with_its_node()
    {
        var node = await StartAsync(With(ShortGrace));
        await using var changes = node.Services.GetRequiredService<IWsmqPresence>().WatchAsync(WsmqAddress.User("alice")).GetAsyncEnumerator();
        (await changes.MoveNextAsync()).Should().BeTrue();
        var next = changes.MoveNextAsync().AsTask();

        await node.DisposeAsync();

        (await FluentActions.Awaiting(() => next).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.Stopping);
    }

    [Fact]
    public async Task Bad_calls_are_refused_with_a_code_and_end_nothing()
    {
        var node = await StartAsync(o =>
        {
            With(ShortGrace)(o);
            (o.Presence.MaxWatches, o.Presence.MaxDataBytes) = (1, 10);
        }, a => a.See = _ => true);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await WatchAsync(bob, "user:bob");

        await RefusedAsync(bob, WsmqErrors.TooManyWatches, "WatchPresence", "user:alice");
        await RefusedAsync(bob, WsmqErrors.InvalidAddress, "WatchPresence", "work:queue");
        await RefusedAsync(bob, WsmqErrors.InvalidAddress, "WatchPresence", 7);
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "SetPresence", "yes", null);
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "SetPresence", true, "12345678901");
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "SetPresence", true, new string('x', 10_000));
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "GetPresence", "alice");
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "GetPresence", Enumerable.Repeat("a", 201));
        await bob.Connection.InvokeAsync("UnwatchPresence", "user:bob");
        (await WatchAsync(bob, "user:alice")).Online.Should().Be(0);
    }

    [Fact]
    public async Task Without_presence_calls_are_refused_and_nothing_is_stored()
    {
        var node = await StartAsync();
        await using (var bob = await PlainClient.ConnectAsync(node, "bob"))
        {
            await RefusedAsync(bob, WsmqErrors.PresenceNotAllowed, "WatchPresence", "user:bob");
            await RefusedAsync(bob, WsmqErrors.PresenceNotAllowed, "SetPresence", true, null);
            await RefusedAsync(bob, WsmqErrors.PresenceNotAllowed, "GetPresence", new[] { "bob" }.AsEnumerable());
        }

        var app = () => node.Services.GetRequiredService<IWsmqPresence>().GetAsync(["bob"]);
        (await app.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.PresenceNotAllowed);
        await OpenAsync(node, "bob", 0);
        (await node.Services.GetRequiredService<Wsmq.Server.Stores.IStore>().LastSeen.ReadAsync(["bob"], default)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_app_watches_asks_and_sees_groups()
    {
        var node = await StartAsync(With(ShortGrace));
        var presence = node.Services.GetRequiredService<IWsmqPresence>();
        await node.Groups.AddToGroupAsync("alice", "ops");
        using var stop = new CancellationTokenSource();
        await using var changes = presence.WatchAsync(WsmqAddress.Group("ops"), stop.Token).GetAsyncEnumerator();
        (await changes.MoveNextAsync()).Should().BeTrue();
        changes.Current.Members.Should().BeEmpty();

        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        (await changes.MoveNextAsync()).Should().BeTrue();

        Text(changes.Current).Should().Be("group:ops 2 online=1 away=0 alice=offline>online[default]");
        Text(await presence.GetGroupAsync("ops")).Should().Be("group:ops 2 online=1 away=0 alice=online[default]");
        Text(await Of(node, "alice")).Should().Be("alice=online[default]");
        await stop.CancelAsync();
        await ((Func<Task>)(async () => await changes.MoveNextAsync())).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task An_enumeration_that_is_slower_than_the_changes_gets_the_whole()
    {
        var node = await StartAsync(With(ShortGrace));
        var presence = node.Services.GetRequiredService<IWsmqPresence>();
        await using var changes = presence.WatchAsync(WsmqAddress.User("alice")).GetAsyncEnumerator();
        (await changes.MoveNextAsync()).Should().BeTrue();
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await Eventually.That("alice is online", async () => (await Of(node, "alice")).Status == WsmqPresenceStatus.Online);
        await alice.Connection.InvokeAsync("SetPresence", true, null);
        await Eventually.That("alice is away", async () => (await Of(node, "alice")).Status == WsmqPresenceStatus.Away);

        (await changes.MoveNextAsync()).Should().BeTrue();

        changes.Current.Members!.Select(Text).Should().Equal("alice=away[default]");
        changes.Current.Changes.Should().BeNull();
    }

    private static Action<WsmqOptions> With(TimeSpan grace) => o =>
        (o.Presence.IsEnabled, o.Presence.Grace, o.Nodes.AnswerTimeout) = (true, grace, TimeSpan.FromSeconds(30));

    private async Task<TestNode> StartAsync(Action<WsmqOptions> options, Action<OpenAuthorizer> authorizer)
    {
        var open = new OpenAuthorizer();
        authorizer(open);
        var node = await TestNode.StartAsync(UseStore, options, b => b.Services.AddSingleton<IWsmqAuthorizer>(open));
        _nodes.Add(node);
        return node;
    }

    private static Task<WsmqPresenceState> WatchAsync(PlainClient client, string address) =>
        client.Connection.InvokeAsync<WsmqPresenceState>("WatchPresence", address);

    private static async Task<WsmqUserPresence> Of(TestNode node, string user) =>
        (await node.Services.GetRequiredService<IWsmqPresence>().GetAsync([user]))[0];

    // Until then a connection that the test has ended may not have ended for the node.
    private static Task OpenAsync(TestNode node, string user, int count) => Eventually.That("the connection has ended", async () =>
        (await node.Services.GetRequiredService<IWsmqNodes>().ConnectionsAsync(user)).Count == count);

    private static async Task RefusedAsync(PlainClient client, WsmqError error, string method, params object?[] arguments)
    {
        var call = () => client.Connection.InvokeCoreAsync<object?>(method, arguments);
        WsmqError.Find((await call.Should().ThrowAsync<HubException>()).Which.Message).Should().Be(error);
    }

    // Waits until the address is as expected, and returns its version then.
    private static async Task<long> SeesAtAsync(PlainClient client, string address, string expected)
    {
        var version = 0L;
        await Eventually.That($"{expected} is seen", async () =>
        {
            var state = await WatchAsync(client, address);
            version = state.Version;
            return string.Join(' ', state.Members!.Select(Text)) == expected;
        });
        return version;
    }

    private static string[] Statuses(PlainClient client, string user, long after = 0)
    {
        var changes = client.Presence.Where(p => p.Version > after).SelectMany(c => c.Changes ?? []).Where(c => c.After.User == user).ToArray();
        return changes.Length == 0 ? [] : [Text(changes[0].Before)[(user.Length + 1)..], .. changes.Select(c => Text(c.After)[(user.Length + 1)..])];
    }

    private static string Text(WsmqPresenceState state) =>
        $"{state.Address} {state.Version} online={state.Online} away={state.Away} {string.Join(' ', state.Members!.Select(Text))}";

    private static string Text(WsmqPresenceChange change) =>
        $"{change.Address} {change.Version} online={change.Online} away={change.Away} "
        + string.Join(' ', change.Changes!.Select(c => $"{Text(c.Before)}>{Text(c.After)[(c.After.User.Length + 1)..]}"));

    private static string Text(WsmqUserPresence user) => $"{user.User}={user.Status.ToString().ToLowerInvariant()}"
        + (user.Devices.Count == 0 ? "" : $"[{string.Join(' ', user.Devices.Select(d => DeviceText(d, user.Status)))}]");

    private static string DeviceText(WsmqPresenceDevice device, WsmqPresenceStatus user) =>
        $"{device.Device}{(device.Status != user ? $"({device.Status.ToString().ToLowerInvariant()})" : "")}{(device.Data is { } data ? $":{data}" : "")}";

    private sealed class OpenAuthorizer : IWsmqAuthorizer
    {
        public Func<WsmqAddress, bool?> See { get; set; } = _ => null;

        public Func<WsmqAddress, ValueTask<bool>> Send { get; set; } = _ => new(true);

        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => Send(to);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool?> CanSeePresenceAsync(WsmqCaller caller, WsmqAddress address, CancellationToken cancellationToken) => new(See(address));
    }
}
