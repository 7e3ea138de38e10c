using System.Collections.Concurrent;

namespace Wsmq.Tests.Client;

/// <content>Presence.</content>
public abstract partial class RealServerContract
{
    [Fact]
    public async Task Members_of_a_group_see_each_other_with_what_they_say_and_only_differences_after_a_reconnect()
    {
        await StartNodesAsync(WithPresence);
        foreach (var user in new[] { "alice", "bob", "carol" })
            await A.Groups.AddToGroupAsync(user, "ops");
        var proxy = Keep(new TcpProxy(A.Address));
        var bob = await StartClientAsync(new Uri($"http://127.0.0.1:{proxy.Port}/wsmq"), "bob");
        var seen = new ConcurrentQueue<string>();
        using var watch = bob.Client.WatchPresence(WsmqAddress.Group("ops"));
        watch.Changed += (_, e) => e.Changes.ToList().ForEach(c => seen.Enqueue(Text(c.After)));
        await Eventually.That("bob sees himself", () => seen.LastOrDefault() == "bob Online default");
        (await watch.ReadyAsync()).Address.Should().Be(WsmqAddress.Group("ops"));

        var alice = await StartClientAsync(B.Hub, "alice");
        await Eventually.That("alice is seen", () => seen.LastOrDefault() == "alice Online default");
        await alice.Client.SetPresenceAsync(away: true, WsmqJsonBody.Parse("\"lunch\""));
        await Eventually.That("alice is away", () => seen.LastOrDefault() == "alice Away default:\"lunch\"");
        proxy.Cut();
        await ConnectedAgainAsync(bob);
        var carol = await StartClientAsync(B.Hub, "carol");
        await Eventually.That("carol is seen", () => seen.Contains("carol Online default"));

        // Bob's own connection may be seen as another one: the rest is as it was.
        seen.Where(s => !s.StartsWith("bob", StringComparison.Ordinal)).Should().Equal(
            "alice Online default", "alice Away default:\"lunch\"", "carol Online default");
        watch.Current!.Members!.Select(m => m.User).Should().Equal("alice", "bob", "carol");
        (watch.Current.Online, watch.Current.Away, watch.Error).Should().Be((2, 1, null));
        await carol.Client.StopAsync();
        await Eventually.That("carol is offline", () => seen.Contains("carol Offline "));
        bob.Errors.Should().OnlyContain(e => e.Operation == WsmqClientOperation.ConnectionLost || e.Operation == WsmqClientOperation.Connect);
    }

    [Fact]
    public async Task What_a_client_says_is_set_again_on_each_connection_and_the_last_value_wins()
    {
        await StartNodesAsync(WithPresence);
        var proxy = Keep(new TcpProxy(A.Address));
        var alice = await StartClientAsync(new Uri($"http://127.0.0.1:{proxy.Port}/wsmq"), "alice");
        await Task.WhenAll(Numbers(20).Select(i => alice.Client.SetPresenceAsync(false, WsmqJsonBody.Parse($"{i}"))));
        await Eventually.That("the last is known", async () => await DataAsync() == "19");

        proxy.Cut();
        await ConnectedAgainAsync(alice);

        await Eventually.That("it is known again", async () => await DataAsync() == "19");
        var refused = await alice.Client.Invoking(c => c.SetPresenceAsync(false, WsmqJsonBody.Parse($"\"{new string('x', 600)}\"")))
            .Should().ThrowAsync<WsmqException>();
        refused.Which.Error.Should().Be(WsmqErrors.InvalidMessage);

        async Task<string?> DataAsync() => (await alice.Client.GetPresenceAsync(["alice"])).Single().Devices.SingleOrDefault()?.Data?.ToString();
    }

    [Fact]
    public async Task A_watch_that_is_refused_says_so_and_the_others_go_on()
    {
        await StartNodesAsync(WithPresence);
        var bob = await StartClientAsync(A.Hub, "bob");
        using var refused = bob.Client.WatchPresence(WsmqAddress.User("alice"));
        using var own = bob.Client.WatchPresence(WsmqAddress.User("bob"));

        (await refused.Invoking(w => w.ReadyAsync()).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.PresenceNotAllowed);
        (await own.ReadyAsync()).Online.Should().Be(1);
        (refused.Error!.Error, refused.Current, own.Error).Should().Be((WsmqErrors.PresenceNotAllowed, null, null));
        await Eventually.That("it is reported", () => bob.Errors.Any(e => e.Operation == WsmqClientOperation.Presence));
        bob.Client.Invoking(c => c.WatchPresence(WsmqAddress.Work("jobs"))).Should().Throw<ArgumentException>();
    }

    private static Task ConnectedAgainAsync(TypedClient client) => Eventually.That(
        "the client has reconnected", () => client.States.Count(s => s == WsmqClientState.Connected) == 2);

    private static void WithPresence(WsmqOptions options) =>
        (options.Presence.IsEnabled, options.Presence.Grace) = (true, TimeSpan.FromSeconds(1));

    private static string Text(WsmqUserPresence user) =>
        $"{user.User} {user.Status} {string.Join(' ', user.Devices.Select(d => d.Data is { } data ? $"{d.Device}:{data}" : d.Device))}";
}
