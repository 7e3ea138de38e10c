using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.HostAndCli;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Presence;

/// <summary>Presence is right again after a node was killed, and after Redis was restarted with everything lost.</summary>
public sealed class PresenceFailureTests : IAsyncLifetime
{
    private readonly Tools _tools = new();
    private RedisServer _redis = null!;
    private TestNode _node = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync(appendOnly: true);
        _node = await TestNode.StartAsync(
            s => s.UseRedis(_redis.EndPoint, o => o.ProbeInterval = TimeSpan.FromMilliseconds(200)),
            o =>
            {
                (o.Presence.IsEnabled, o.Presence.Grace) = (true, TimeSpan.FromMilliseconds(300));
                (o.Nodes.Expiry, o.Delivery.StoreUnavailableAfter) = (TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100));
            });
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _tools.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task The_users_of_a_node_that_was_killed_are_offline_once_after_its_lease_and_the_grace()
    {
        await _tools.StartHostAsync(
            "--Wsmq:Redis", _redis.EndPoint, "--Wsmq:Options:Presence:IsEnabled", "true", "--Wsmq:Options:Nodes:Expiry", "00:00:02");
        await using var alice = new HubConnectionBuilder().WithUrl(
            new Uri(_tools.Url), HttpTransportType.WebSockets,
            o => (o.SkipNegotiation, o.AccessTokenProvider) = (true, () => Task.FromResult<string?>(_tools.Token("alice")))).Build();
        using var stop = new CancellationTokenSource();
        await using var seen = Presence.WatchAsync(WsmqAddress.User("alice"), stop.Token).GetAsyncEnumerator();
        (await StatusAsync(seen)).Should().Be(WsmqPresenceStatus.Offline);
        await alice.StartAsync();
        (await StatusAsync(seen)).Should().Be(WsmqPresenceStatus.Online);

        await _tools.KillHostAsync();
        (await StatusAsync(seen)).Should().Be(WsmqPresenceStatus.Offline);

        await using var again = await PlainClient.ConnectAsync(_node, "alice");
        (await StatusAsync(seen)).Should().Be(WsmqPresenceStatus.Online);
        seen.Current.Changes!.Single().Before.LastSeen.Should().NotBeNull();
    }

    [Fact]
    public async Task A_restart_of_Redis_changes_nothing_and_changes_meanwhile_and_afterwards_are_seen()
    {
        await using var other = await TestNode.StartAsync(
            s => s.UseRedis(_redis.EndPoint, o => o.ProbeInterval = TimeSpan.FromMilliseconds(200)),
            o =>
            {
                (o.Presence.IsEnabled, o.Presence.Grace) = (true, TimeSpan.FromMilliseconds(300));
                (o.Nodes.Expiry, o.Delivery.StoreUnavailableAfter) = (TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100));
            });
        await using var alice = await PlainClient.ConnectAsync(other, "alice");
        var carol = await PlainClient.ConnectAsync(other, "carol");
        await Eventually.That("both are seen", async () =>
            (await Presence.GetAsync(["alice", "carol"])).All(u => u.Status == WsmqPresenceStatus.Online));
        using var stop = new CancellationTokenSource();
        await using var ofAlice = Presence.WatchAsync(WsmqAddress.User("alice"), stop.Token).GetAsyncEnumerator();
        await using var ofCarol = Presence.WatchAsync(WsmqAddress.User("carol"), stop.Token).GetAsyncEnumerator();
        (await StatusAsync(ofAlice)).Should().Be(WsmqPresenceStatus.Online);
        (await StatusAsync(ofCarol)).Should().Be(WsmqPresenceStatus.Online);

        await _redis.StopAsync(kill: true);
        await carol.DisposeAsync();
        await _redis.RestartAsync();

        // Over the node's lease a node may look gone: what counts is the last word.
        await Eventually.That("carol is offline", async () => await StatusAsync(ofCarol) == WsmqPresenceStatus.Offline);
        await alice.Connection.InvokeAsync("SetPresence", true, null);
        await Eventually.That("alice is away", async () => await StatusAsync(ofAlice) == WsmqPresenceStatus.Away);
    }

    private IWsmqPresence Presence => _node.Services.GetRequiredService<IWsmqPresence>();

    private static async Task<WsmqPresenceStatus> StatusAsync(IAsyncEnumerator<WsmqPresenceChange> seen)
    {
        (await seen.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(90))).Should().BeTrue();
        var change = seen.Current;
        return (change.Members?.Single() ?? change.Changes!.Single().After).Status;
    }
}
