using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Presence;

/// <summary>Presence over several nodes on one Redis.</summary>
public abstract class PresenceNodesContract : IAsyncLifetime
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);
    private readonly List<TestNode> _nodes = [];

    private protected abstract string Configuration { get; }

    private protected abstract string Prefix { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Connections_on_three_nodes_are_one_user_and_each_step_is_one_event_that_queries_agree_with()
    {
        var (a, b, c) = (await StartAsync(), await StartAsync(), await StartAsync());
        await a.Groups.AddToGroupAsync("alice", "ops");
        await a.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(a, "bob");

        // One after another: what the device has "since" is told by the older of its connections.
        var second = await PlainClient.ConnectAsync(b, "alice", "laptop");
        await SeesAtAsync(bob, "group:ops", "alice[laptop] bob[default]");
        var first = await PlainClient.ConnectAsync(a, "alice", "laptop");
        var phone = await PlainClient.ConnectAsync(c, "alice", "phone");
        var version = await SeesAtAsync(bob, "group:ops", "alice[laptop phone] bob[default]");
        await AgreeAsync("alice[laptop phone]");

        await first.DisposeAsync();
        await Eventually.That("the tab is closed", () => ConnectionsOf(a, "alice") == 0);
        await AgreeAsync("alice[laptop phone]");
        await second.DisposeAsync();
        await Eventually.That("the laptop is gone", () => Of(bob, "alice", version).Length > 0);
        await AgreeAsync("alice[phone]");
        await phone.DisposeAsync();
        await Eventually.That("alice is offline", () => Of(bob, "alice").LastOrDefault() == "alice");
        await AgreeAsync("alice");
        await using var again = await PlainClient.ConnectAsync(b, "alice", "tablet");
        await Eventually.That("alice is back", () => Of(bob, "alice").LastOrDefault() == "alice[tablet]");
        await AgreeAsync("alice[tablet]");

        Of(bob, "alice", version).Should().Equal("alice[phone]", "alice", "alice[tablet]");

        Task AgreeAsync(string expected) => Eventually.That("all nodes say the same", async () =>
        {
            foreach (var node in _nodes)
            {
                if (Text(await AskAsync(node, "alice")) != expected)
                    return false;
            }

            return true;
        });
    }

    [Fact]
    public async Task A_user_who_moves_to_another_node_is_no_event_and_a_user_on_two_nodes_counts_once()
    {
        var (a, b) = (await StartAsync(o => o.Presence.Grace = TimeSpan.FromMinutes(1)), await StartAsync(o => o.Presence.Grace = TimeSpan.FromMinutes(1)));
        await a.Groups.AddToGroupAsync("alice", "ops");
        await a.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(a, "bob");
        var here = await PlainClient.ConnectAsync(b, "alice");
        var version = await SeesAtAsync(bob, "group:ops", "alice[default] bob[default]");

        await using var there = await PlainClient.ConnectAsync(a, "alice");
        (await WatchAsync(bob, "group:ops")).Online.Should().Be(2);
        await here.DisposeAsync();
        await Eventually.That("the connection has ended", () => ConnectionsOf(b, "alice") == 0);
        await there.Connection.InvokeAsync("SetPresence", false, "moved");
        await Eventually.That("what is new is seen", () => Of(bob, "alice", version).Length > 0);

        bob.Presence.Where(p => p.Version > version).SelectMany(p => p.Changes!).Should().ContainSingle().Which.After.Devices.Single().Data!.Value.ToString().Should().Be("\"moved\"");
    }

    [Fact]
    public async Task The_users_of_a_node_that_left_are_offline_after_the_grace_and_those_of_a_new_node_are_seen()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        await using var bob = await PlainClient.ConnectAsync(a, "bob");
        await using var alice = await PlainClient.ConnectAsync(b, "alice");
        var version = await SeesAtAsync(bob, "user:alice", "alice[default]");

        await b.DisposeAsync();
        await Eventually.That("alice is offline", () => Of(bob, "alice").LastOrDefault() == "alice");
        var c = await StartAsync();
        await using var again = await PlainClient.ConnectAsync(c, "alice", "web");
        await Eventually.That("alice is seen on the new node", () => Of(bob, "alice").LastOrDefault() == "alice[web]");

        Of(bob, "alice", version).Should().Equal("alice", "alice[web]");
    }

    [Fact]
    public async Task Lost_messages_between_nodes_are_noticed_and_mended()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        await using var bob = await PlainClient.ConnectAsync(a, "bob");
        await Eventually.That("nobody is there", async () => await SeesAsync(bob, "user:alice") == "alice");
        await using var admin = await AdminConnection.OpenAsync(Configuration);

        // What looks like a batch of that node, with a number that is far ahead: the next real one does not follow it.
        var keys = new RedisKeys(Prefix, 64).OfLane(0, "x", TimeSpan.FromMinutes(1));
        var forged = $$"""MpP{"f":"{{IdOf(b)}}","n":1000,"s":true,"u":[{"u":"alice","d":[{"n":"forged","s":1}],"g":[]}]}""";
        await admin.GetDatabase().ExecuteAsync(Configuration.Contains(',', StringComparison.Ordinal) ? "SPUBLISH" : "PUBLISH", keys.NodeChannels + IdOf(a), forged);
        await admin.GetDatabase().ExecuteAsync(Configuration.Contains(',', StringComparison.Ordinal) ? "SPUBLISH" : "PUBLISH", keys.NodeChannels + IdOf(a), "MpP{\"f\":");
        await Eventually.That("it is believed", () => Of(bob, "alice").Contains("alice[forged]"));
        await using var alice = await PlainClient.ConnectAsync(b, "alice", "real");

        await Eventually.That("it is mended", () => Of(bob, "alice").LastOrDefault() == "alice[real]");
    }

    [Fact]
    public async Task A_list_of_many_addresses_reaches_a_node_that_starts_later()
    {
        var a = await StartAsync();
        var users = Enumerable.Range(0, 2_000).Select(i => $"user-{i}-{new string('x', 40)}").ToArray();
        using var stop = new CancellationTokenSource();
        var watches = users.Select(u => WatchUntilOnlineAsync(a, u, stop.Token)).ToArray();
        await AskAsync(a, "nobody");
        var b = await StartAsync();
        await using var one = await PlainClient.ConnectAsync(b, users[7]);
        await using var other = await PlainClient.ConnectAsync(b, users[^1]);

        await Eventually.That("both are seen", () => watches.Count(w => w.IsCompletedSuccessfully) == 2);
        await stop.CancelAsync();
        watches.Where(w => w.IsCompletedSuccessfully).Should().BeEquivalentTo([watches[7], watches[^1]]);
    }

    [Fact]
    public async Task After_random_changes_every_node_says_the_truth_and_so_do_its_changes_put_together()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 3; i++)
            await StartAsync();
        var users = Enumerable.Range(0, 5).Select(i => $"u{i}").ToArray();
        foreach (var user in users)
            await _nodes[0].Groups.AddToGroupAsync(user, "ops");
        using var stop = new CancellationTokenSource();
        var seen = _nodes.Select(n => new Dictionary<string, string>()).ToArray();
        var watches = _nodes.Select((n, i) => FollowAsync(n, seen[i], stop.Token)).ToArray();
        var open = new List<(string User, string Device, PlainClient Client)>();

        for (var step = 0; step < 60; step++)
        {
            if (open.Count == 0 || random.Next(5) < 2)
            {
                var (user, device) = (users[random.Next(users.Length)], $"d{random.Next(2)}");
                open.Add((user, device, await PlainClient.ConnectAsync(_nodes[random.Next(3)], user, device)));
                continue;
            }

            var one = open[random.Next(open.Count)];
            if (random.Next(2) == 0)
            {
                await one.Client.Connection.InvokeAsync("SetPresence", random.Next(2) == 0, step);
                continue;
            }

            open.Remove(one);
            await one.Client.DisposeAsync();
        }

        var truth = string.Join(' ', open.GroupBy(o => o.User).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key}[{string.Join(' ', g.Select(o => o.Device).Distinct().Order(StringComparer.Ordinal))}]"));
        await Eventually.That($"all nodes say {truth} (seed {seed})", async () =>
        {
            foreach (var node in _nodes)
            {
                var state = await node.Services.GetRequiredService<IWsmqPresence>().GetGroupAsync("ops");
                if (string.Join(' ', state.Members!.Select(Text)) != truth)
                    return false;
            }

            return seen.All(s =>
            {
                lock (s)
                    return string.Join(' ', s.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Value)) == truth;
            });
        });
        await stop.CancelAsync();
        await Eventually.That("the watches have ended", () => watches.All(w => w.IsCompleted));
        watches.Should().OnlyContain(w => w.IsCanceled, $"seed {seed}");
        foreach (var (_, _, client) in open)
            await client.DisposeAsync();
    }

    // Puts changes together, and fails where one is missing.
    private static async Task FollowAsync(TestNode node, Dictionary<string, string> members, CancellationToken stop)
    {
        var version = 0L;
        await foreach (var change in node.Services.GetRequiredService<IWsmqPresence>().WatchAsync(WsmqAddress.Group("ops"), stop))
        {
            lock (members)
            {
                if (change.Members is { } whole)
                    members.Clear();
                else
                    change.Version.Should().Be(version + 1);
                foreach (var user in change.Members ?? change.Changes!.Select(c => c.After))
                {
                    members.Remove(user.User);
                    if (user.Status != WsmqPresenceStatus.Offline)
                        members.Add(user.User, Text(user));
                }
            }

            version = change.Version;
        }
    }

    private static async Task WatchUntilOnlineAsync(TestNode node, string user, CancellationToken stop)
    {
        await foreach (var change in node.Services.GetRequiredService<IWsmqPresence>().WatchAsync(WsmqAddress.User(user), stop))
        {
            if (change.Online == 1)
                return;
        }
    }

    private static Task<WsmqPresenceState> WatchAsync(PlainClient client, string address) =>
        client.Connection.InvokeAsync<WsmqPresenceState>("WatchPresence", address);

    private static async Task<string> SeesAsync(PlainClient client, string address) =>
        string.Join(' ', (await WatchAsync(client, address)).Members!.Select(Text));

    private static async Task<WsmqUserPresence> AskAsync(TestNode node, string user) =>
        (await node.Services.GetRequiredService<IWsmqPresence>().GetAsync([user]))[0];

    /// <summary>Waits until the address is as expected, and returns its version then.</summary>
    private protected static async Task<long> SeesAtAsync(PlainClient client, string address, string expected)
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

    private protected static string[] Of(PlainClient client, string user, long after = 0) =>
        [.. client.Presence.Where(p => p.Version > after).SelectMany(p => p.Changes ?? []).Where(c => c.After.User == user).Select(c => Text(c.After))];

    private static string Text(WsmqUserPresence user) =>
        user.Devices.Count == 0 ? user.User : $"{user.User}[{string.Join(' ', user.Devices.Select(d => d.Device))}]";

    private static int ConnectionsOf(TestNode node, string user) =>
        node.Services.GetRequiredService<Wsmq.Server.Nodes.NodeConnections>().SessionsOf(user).Count();

    private static string IdOf(TestNode node) => node.Services.GetRequiredService<IStore>().Nodes.Self;

    private protected async Task<TestNode> StartAsync(Action<WsmqOptions>? configure = null, string? at = null)
    {
        var node = await TestNode.StartAsync(
            s => s.UseRedis($"{at ?? Configuration},connectRetry=1", o => (o.KeyPrefix, o.ProbeInterval) = (Prefix, TimeSpan.FromMilliseconds(200))),
            o =>
            {
                (o.Presence.IsEnabled, o.Presence.Grace) = (true, Grace);
                (o.Nodes.Expiry, o.Delivery.StoreUnavailableAfter) = (TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100));
                configure?.Invoke(o);
            },
            b => b.Services.AddSingleton<IWsmqAuthorizer>(new EverybodySees()));
        _nodes.Add(node);
        return node;
    }

    private sealed class EverybodySees : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool?> CanSeePresenceAsync(WsmqCaller caller, WsmqAddress address, CancellationToken cancellationToken) => new(true);
    }
}

public sealed class RedisPresenceTests(SharedRedis redis) : PresenceNodesContract, IClassFixture<SharedRedis>
{
    private TcpProxy? _line;

    private protected override string Configuration => redis.Server.EndPoint;

    private protected override string Prefix { get; } = redis.NextPrefix();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_line is not null)
            await _line.DisposeAsync();
    }

    // On a Cluster the driver knows other ways to the servers.
    [Fact]
    public async Task A_node_that_is_cut_off_is_forgotten_with_its_registration_and_seen_again_when_it_is_back()
    {
        _line = new TcpProxy(new Uri($"http://{Configuration}"));
        var a = await StartAsync();
        var cut = await StartAsync(at: $"127.0.0.1:{_line.Port}");
        await using var bob = await PlainClient.ConnectAsync(a, "bob");
        await using var alice = await PlainClient.ConnectAsync(cut, "alice");
        var version = await SeesAtAsync(bob, "user:alice", "alice[default]");

        _line.Refuses = true;
        _line.Cut();
        await Eventually.That("alice counts as offline", () => Of(bob, "alice", version).LastOrDefault() == "alice");
        _line.Refuses = false;
        await Eventually.That("alice is seen again", () => Of(bob, "alice", version).LastOrDefault() == "alice[default]");

        Of(bob, "alice", version).Should().Equal("alice", "alice[default]");
    }
}

[Collection(SharedCluster.Name)]
public sealed class RedisClusterPresenceTests(SharedCluster redis) : PresenceNodesContract
{
    private protected override string Configuration => redis.EndPoints;

    private protected override string Prefix { get; } = redis.NextPrefix();
}
