using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>Watches of presence with a scripted server: versions, wholes, connections, refusals.</summary>
public sealed class PresenceWatchTests : ClientTest
{
    private const string Ops = "group:ops";
    private readonly ConcurrentQueue<string> _seen = new();

    [Fact]
    public async Task Changes_that_overtake_the_answer_follow_it_and_old_versions_are_dropped()
    {
        Script.OnWatch = async (_, client) =>
        {
            await client.Presence(Change(4, "old"));
            await client.Presence(Change(6, "alice"));
            return State(5, "bob");
        };
        using var watch = Watch();
        await Client.StartAsync();

        // SignalR passes an answer and a call on over different queues: either may come first.
        await Eventually.That("both are known", () => watch.Current?.Members!.Count == 2);
        await Server.Everyone.Presence(Change(6, "again"));
        await Server.Everyone.Presence(Change(7, "carol"));
        await Eventually.That("the next is seen", () => _seen.LastOrDefault() == "+carol");
        string.Join(' ', _seen).Split(' ').Should().BeEquivalentTo("+alice", "+bob", "+carol");
        watch.Current!.Version.Should().Be(7);
        Script.Watched.Should().Equal(Ops);
    }

    [Fact]
    public async Task A_handler_that_comes_late_is_told_what_is_known_and_the_end_of_a_watch_ends_the_waits()
    {
        Script.OnWatch = (_, _) => Task.FromResult(State(5, "bob"));
        await Client.StartAsync();
        var watch = Client.WatchPresence(WsmqAddress.Parse(Ops));
        await watch.ReadyAsync();
        var seen = new ConcurrentQueue<WsmqPresenceChangedEventArgs>();
        watch.Changed += (_, e) => seen.Enqueue(e);
        await Eventually.That("it is told", () => seen.Count == 1);
        seen.Single().IsFirst.Should().BeTrue();

        Script.OnWatch = (_, _) => new TaskCompletionSource<WsmqPresenceState>().Task;
        var other = Client.WatchPresence(WsmqAddress.Group("more"));
        var waiting = other.ReadyAsync();
        other.Dispose();
        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<ObjectDisposedException>();
        watch.Dispose();
    }

    [Fact]
    public async Task A_missing_version_is_watched_again_and_only_differences_are_raised()
    {
        Script.OnWatch = (_, _) => Task.FromResult(Script.Watched.Count == 1 ? State(1, "alice") : State(9, "alice", "bob"));
        using var watch = Watch();
        await Client.StartAsync();
        await SeenAsync("+alice");

        await Server.Everyone.Presence(Change(3, "carol"));

        await SeenAsync("+alice", "+bob");
        Script.Watched.Should().Equal(Ops, Ops);
        watch.Current!.Version.Should().Be(9);
    }

    [Fact]
    public async Task A_whole_replaces_what_is_known_and_counts_leave_no_list()
    {
        Script.OnWatch = (_, _) => Task.FromResult(State(1, "alice"));
        using var watch = Watch();
        await Client.StartAsync();
        await SeenAsync("+alice");

        await Server.Everyone.Presence(new WsmqPresenceChange { Address = WsmqAddress.Parse(Ops), Version = 2, Online = 300, Away = 1 });
        await SeenAsync("+alice", "");
        watch.Current!.Members.Should().BeNull();
        await Server.Everyone.Presence(new WsmqPresenceChange
        {
            Address = WsmqAddress.Parse(Ops), Version = 7, Online = 1, Away = 0, Members = [Here("bob")],
        });

        await SeenAsync("+alice", "", "+bob");
        (watch.Current.Online, watch.Current.Version).Should().Be((1, 7));
    }

    [Fact]
    public async Task A_watch_is_repeated_after_a_temporary_refusal_and_ended_once()
    {
        Script.OnWatch = (_, _) => Script.Watched.Count < 3
            ? throw new HubException(new WsmqException(WsmqErrors.TooManyResumes).Message)
            : Task.FromResult(State(1, "alice"));
        var (first, second) = (Watch(), Watch());
        await Client.StartAsync();
        await SeenAsync("+alice", "+alice");

        first.Dispose();
        first.Dispose();
        second.Dispose();
        await Eventually.That("the watch has ended", () => Script.Unwatched.Count == 1);
        using var third = Watch();
        await SeenAsync("+alice", "+alice", "+alice");
        Script.Unwatched.Should().Equal(Ops);
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task An_end_of_the_watch_by_the_server_is_an_error_of_the_watch()
    {
        Script.OnWatch = (_, _) => Task.FromResult(State(1, "alice"));
        using var watch = Watch();
        await Client.StartAsync();
        await SeenAsync("+alice");

        await Server.Everyone.Presence(new WsmqPresenceChange
        {
            Address = WsmqAddress.Parse(Ops), Version = 2, Online = 0, Away = 0, Error = new WsmqException(WsmqErrors.PresenceNotAllowed).Message,
        });

        await Eventually.That("it is an error", () => watch.Error?.Error == WsmqErrors.PresenceNotAllowed && !Errors.IsEmpty);
        Errors.Single().Operation.Should().Be(WsmqClientOperation.Presence);
    }

    [Fact]
    public async Task A_watch_after_the_server_has_ended_one_asks_again()
    {
        Script.OnWatch = (_, _) => Task.FromResult(State(Script.Watched.Count, "alice"));
        using var watch = Watch();
        await Client.StartAsync();
        await SeenAsync("+alice");
        await Server.Everyone.Presence(new WsmqPresenceChange
        {
            Address = WsmqAddress.Parse(Ops), Version = 2, Online = 0, Away = 0, Error = new WsmqException(WsmqErrors.PresenceNotAllowed).Message,
        });
        await Eventually.That("it is an error", () => watch.Error is not null);

        using var next = Watch();

        (await next.ReadyAsync()).Version.Should().Be(2);
        (await watch.ReadyAsync()).Version.Should().Be(2);
        Script.Watched.Should().Equal(Ops, Ops);
    }

    [Fact]
    public async Task A_stop_fails_those_who_wait_for_a_watch_and_the_next_start_tells_it()
    {
        using var watch = Watch();
        var asked = new TaskCompletionSource<WsmqPresenceState>(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.OnWatch = (_, _) => asked.Task;
        await Client.StartAsync();
        var ready = watch.ReadyAsync();
        await Client.StopAsync();
        asked.SetResult(State(1, "alice"));

        await FluentActions.Awaiting(() => ready).Should().ThrowAsync<WsmqException>();
        await Client.StartAsync();
        await Eventually.That("it is told", () => watch.Current is not null);
        (await watch.ReadyAsync()).Version.Should().Be(1);
    }

    [Fact]
    public async Task Own_presence_waits_for_a_connection_and_for_nothing_after_the_stop()
    {
        var set = Client.SetPresenceAsync(away: true);
        await Client.StartAsync();
        await set;
        await Client.StopAsync();
        var after = Client.SetPresenceAsync(away: false);
        await Client.StartAsync();
        await after;

        Script.PresenceSet.Should().Equal((true, null), (false, null));
    }

    private WsmqPresenceWatch Watch()
    {
        var watch = Client.WatchPresence(WsmqAddress.Parse(Ops));
        watch.Changed += (_, e) => _seen.Enqueue(string.Join(' ', e.Changes.Select(
            c => (c.After.Status == WsmqPresenceStatus.Offline ? "-" : "+") + c.After.User)));
        return watch;
    }

    private async Task SeenAsync(params string[] expected)
    {
        await Eventually.That($"{expected.Length} events arrive", () => _seen.Count >= expected.Length);
        _seen.Should().Equal(expected);
    }

    private static WsmqPresenceState State(long version, params string[] users) => new()
    {
        Address = WsmqAddress.Parse(Ops), Version = version, Online = users.Length, Away = 0, Members = [.. users.Select(Here)],
    };

    private static WsmqPresenceChange Change(long version, string user) => new()
    {
        Address = WsmqAddress.Parse(Ops), Version = version, Online = 2, Away = 0,
        Changes = [new WsmqUserPresenceChange { Before = new WsmqUserPresence { User = user, Status = WsmqPresenceStatus.Offline }, After = Here(user) }],
    };

    private static WsmqUserPresence Here(string user) => new()
    {
        User = user, Status = WsmqPresenceStatus.Online,
        Devices = [new WsmqPresenceDevice { Device = "default", Since = DateTimeOffset.UnixEpoch, Status = WsmqPresenceStatus.Online }],
    };
}
