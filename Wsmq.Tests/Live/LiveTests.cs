using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Live;

/// <summary>Live pushes over two nodes: which connections each kind of target reaches, and in which order.</summary>
[Collection(SharedRedis.Name)]
public sealed class LiveTests(SharedRedis redis) : IAsyncLifetime
{
    private const string End = "end";

    private readonly string _prefix = redis.NextPrefix();
    private readonly List<PlainClient> _clients = [];
    private TestNode _a = null!;
    private TestNode _b = null!;
    private PlainClient _alice = null!;
    private PlainClient _bob = null!;
    private PlainClient _bobOnA = null!;
    private PlainClient _carol = null!;

    public async Task InitializeAsync()
    {
        (_a, _b) = (await StartAsync(), await StartAsync());
        (_alice, _bob) = (await ConnectAsync(_a, "alice"), await ConnectAsync(_b, "bob"));
        (_bobOnA, _carol) = (await ConnectAsync(_a, "bob", "phone"), await ConnectAsync(_b, "carol"));
    }

    public async Task DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix));

    private async Task<PlainClient> ConnectAsync(TestNode node, string user, string? device = null)
    {
        var client = await PlainClient.ConnectAsync(node, user, device, negotiate: true);
        _clients.Add(client);

        // StartAsync completes before the server has accepted the connection; the first call waits until it has.
        await client.Connection.InvokeAsync("Ack", $"user:{user}", WsmqPosition.Start.ToString());
        await client.ReceivesLiveAsync(node.Live.Clients.User(user));
        return client;
    }

    private static async Task AddAsync(TestNode node, PlainClient client, string group)
    {
        await node.Live.Groups.AddToGroupAsync(IdOf(client), group);
        await client.ReceivesLiveAsync(node.Live.Clients.Group(group));
    }

    private static WsmqLiveMessage Message(string type) => new() { Type = type, Body = WsmqJsonBody.Parse("{\"a\":\"\\u001eé\"}") };

    private static string IdOf(PlainClient client) => client.Connection.ConnectionId!;

    private async Task ReachesAsync(Func<IWsmqReceiver> to, params PlainClient[] expected)
    {
        await to().Live(Message("x"));
        await _a.Live.Clients.All.Live(Message(End));
        foreach (var client in _clients)
        {
            var wanted = expected.Contains(client) ? new[] { "x", End } : [End];
            await Eventually.That("the pushes arrive", () => client.Live.Count >= wanted.Length);
            client.Live.Select(m => m.Type).Should().BeEquivalentTo(wanted);
        }

        expected.Should().OnlyContain(c => c.Live.First(m => m.Type == "x").Body!.ToString()!.Length > 8);
    }

    [Fact]
    public Task A_push_to_all_reaches_every_connection() => ReachesAsync(() => _a.Live.Clients.All, _alice, _bob, _bobOnA, _carol);

    [Fact]
    public Task A_push_to_all_except_some_connections_reaches_the_others() =>
        ReachesAsync(() => _a.Live.Clients.AllExcept(IdOf(_alice), IdOf(_bob)), _bobOnA, _carol);

    [Fact]
    public Task A_push_to_a_user_reaches_its_connections_on_both_nodes() => ReachesAsync(() => _a.Live.Clients.User("bob"), _bob, _bobOnA);

    [Fact]
    public Task A_push_to_several_users_reaches_them_and_ignores_unknown_and_invalid_names() =>
        ReachesAsync(() => _b.Live.Clients.Users("bob", "alice", "nobody", "no\nname"), _alice, _bob, _bobOnA);

    [Fact]
    public Task A_push_to_a_connection_on_another_node_reaches_it_alone() =>
        ReachesAsync(() => _a.Live.Clients.Client(IdOf(_carol)), _carol);

    [Fact]
    public Task A_push_to_a_connection_on_the_same_node_reaches_it_alone() =>
        ReachesAsync(() => _b.Live.Clients.Client(IdOf(_carol)), _carol);

    [Fact]
    public Task A_push_to_several_connections_reaches_them_and_ignores_unknown_ids() =>
        ReachesAsync(() => _a.Live.Clients.Clients(IdOf(_carol), IdOf(_alice), "nobody"), _carol, _alice);

    [Fact]
    public async Task A_push_to_a_group_reaches_members_added_from_either_node()
    {
        foreach (var (node, client) in new[] { (_a, _alice), (_a, _bob), (_b, _carol) })
            await AddAsync(node, client, "of: its own|é");
        await ReachesAsync(() => _a.Live.Clients.Group("of: its own|é"), _alice, _bob, _carol);
    }

    [Fact]
    public async Task A_push_to_a_group_except_some_connections_reaches_the_other_members()
    {
        foreach (var client in _clients)
            await AddAsync(_a, client, "g");
        await ReachesAsync(() => _b.Live.Clients.GroupExcept("g", IdOf(_alice), IdOf(_bob)), _bobOnA, _carol);
    }

    [Fact]
    public async Task A_push_to_several_groups_reaches_their_members_and_ignores_an_empty_group()
    {
        await AddAsync(_a, _bob, "g");
        await AddAsync(_a, _alice, "h");
        await ReachesAsync(() => _a.Live.Clients.Groups("g", "h", "nobody's"), _bob, _alice);
    }

    [Fact]
    public async Task A_push_to_a_group_does_not_reach_removed_connections()
    {
        foreach (var client in new[] { _alice, _bob, _carol })
            await AddAsync(_a, client, "g");
        foreach (var client in new[] { _alice, _bob })
            await _a.Live.Groups.RemoveFromGroupAsync(IdOf(client), "g");
        await ReachesAsync(() => _a.Live.Clients.Group("g"), _carol);
    }

    [Fact]
    public async Task Pushes_to_one_target_keep_their_order_and_arrive_once()
    {
        await AddAsync(_a, _bob, "g");
        var numbers = Enumerable.Range(0, 500).ToArray();

        await Task.WhenAll(numbers.SelectMany(i => new[]
        {
            _a.Live.Clients.User("bob").Live(new WsmqLiveMessage { Type = $"user {i:D3}" }),
            _a.Live.Clients.Group("g").Live(new WsmqLiveMessage { Type = $"group {i:D3}" }),
        }));

        await Eventually.That("all pushes arrive", () => _bob.Live.Count >= 1_000 && _bobOnA.Live.Count >= 500);
        foreach (var kind in new[] { "user", "group" })
        {
            _bob.Live.Select(m => m.Type!).Where(t => t.StartsWith(kind, StringComparison.Ordinal))
                .Should().Equal(numbers.Select(i => $"{kind} {i:D3}"));
        }

        _bobOnA.Live.Should().HaveCount(500);
    }

    [Fact]
    public async Task A_client_on_either_node_answers_a_call_with_a_result()
    {
        var untyped = _a.Services.GetRequiredService<IHubContext<WsmqHub>>();
        foreach (var client in new[] { _alice, _carol })
        {
            client.Connection.On("Add", (int one, int two) => Task.FromResult(one + two));
            (await untyped.Clients.Client(IdOf(client)).InvokeAsync<int>("Add", 1, 2, default)).Should().Be(3);
        }
    }

    [Fact]
    public async Task A_call_with_a_result_fails_for_an_unknown_connection_and_for_a_client_that_throws()
    {
        var untyped = _a.Services.GetRequiredService<IHubContext<WsmqHub>>();
        _carol.Connection.On("Add", int () => throw new InvalidOperationException("no"));

        await FluentActions.Awaiting(() => untyped.Clients.Client("nobody").InvokeAsync<int>("Add", default)).Should().ThrowAsync<IOException>();
        await FluentActions.Awaiting(() => untyped.Clients.Client(IdOf(_carol)).InvokeAsync<int>("Add", default)).Should().ThrowAsync<HubException>();
    }

    [Fact]
    public async Task Channels_of_clients_that_disconnect_are_unsubscribed_even_while_they_are_being_accepted()
    {
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        async Task<string[]> ChannelsAsync() => (string[])(await admin.GetDatabase().ExecuteAsync("PUBSUB", "CHANNELS", $"{_prefix}:*"))!;
        await _a.Groups.AddToGroupAsync("passer-by", "ops");
        var before = await ChannelsAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using var client = await PlainClient.ConnectAsync(i % 2 == 0 ? _a : _b, i % 4 < 2 ? "passer-by" : $"u{i}", $"d{i % 8}");
        }));

        await Eventually.That("their channels are unsubscribed", async () => (await ChannelsAsync()).ToHashSet().SetEquals(before));
    }
}
