using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Connections;
using Wsmq.Server.Live;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Feeds;

/// <summary>Two nodes, one real Redis, and clients without the wsmq client library.</summary>
[Collection(SharedRedis.Name)]
public sealed class TwoNodesTests(SharedRedis redis) : IAsyncLifetime
{
    private TestNode _a = null!;
    private TestNode _b = null!;

    public async Task InitializeAsync()
    {
        var prefix = redis.NextPrefix();
        _a = await StartAsync(prefix);
        _b = await StartAsync(prefix);
    }

    public async Task DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    private Task<TestNode> StartAsync(string prefix) => TestNode.StartAsync(
        s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix),
        services: b => b.Services.AddSingleton<Shop>(),
        endpoints: app => app.MapHub<OwnHub>("/own"));

    private static async Task SendNumbersAsync(PlainClient sender, string to, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            await sender.SendAsync(to, i);
    }

    private static string[] Numbers(int first, int count) => [.. Enumerable.Range(first, count).Select(i => i.ToString("D", null))];

    [Fact]
    public async Task A_message_sent_on_one_node_reaches_a_reader_on_the_other()
    {
        await using var alice = await PlainClient.ConnectAsync(_a, "alice");
        await using var bob = await PlainClient.ConnectAsync(_b, "bob");

        var receipt = await alice.SendAsync("user:bob", "hi");

        await bob.ReceivesAsync("\"hi\"");
        bob.Received[0].Should().BeEquivalentTo(new { Sender = "alice", receipt.Id, receipt.Position, Source = "user:bob" });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_for_an_offline_user_are_delivered_on_either_node(bool sameNode)
    {
        await using var alice = await PlainClient.ConnectAsync(_a, "alice");
        await SendNumbersAsync(alice, "user:bob", 0, 20);

        await using var bob = await PlainClient.ConnectAsync(sameNode ? _a : _b, "bob");

        await bob.ReceivesAsync(Numbers(0, 20));
    }

    [Fact]
    public async Task A_group_message_reaches_members_on_both_nodes_once_and_in_order()
    {
        foreach (var user in new[] { "alice", "bob", "carol" })
            await _a.Groups.AddToGroupAsync(user, "team: a|b");
        await using var alice = await PlainClient.ConnectAsync(_a, "alice");
        await using var bob = await PlainClient.ConnectAsync(_a, "bob");
        await using var carol = await PlainClient.ConnectAsync(_b, "carol");

        await SendNumbersAsync(alice, "group:team: a|b", 0, 50);

        foreach (var member in new[] { alice, bob, carol })
            await member.ReceivesAsync(Numbers(0, 50));
        carol.Received.Should().OnlyContain(d => d.Source == "group:team: a|b" && d.Sender == "alice");
    }

    [Fact]
    public async Task Several_devices_receive_every_message_once_in_order_even_after_moving_to_the_other_node()
    {
        await using var alice = await PlainClient.ConnectAsync(_a, "alice");
        await using var laptop = await PlainClient.ConnectAsync(_a, "bob", "laptop");
        string[] onPhone;
        await using (var phone = await PlainClient.ConnectAsync(_b, "bob", "phone"))
        {
            await SendNumbersAsync(alice, "user:bob", 0, 25);
            await phone.ReceivesAsync(Numbers(0, 25));
            await phone.Connection.InvokeAsync("Ack", "user:bob", phone.Received[^1].Position);
            onPhone = [.. phone.Bodies];
        }

        await SendNumbersAsync(alice, "user:bob", 25, 25);
        await using var moved = await PlainClient.ConnectAsync(_a, "bob", "phone");

        await Eventually.That("the rest arrives on the other node", () => onPhone.Length + moved.Received.Count == 50);
        onPhone.Concat(moved.Bodies).Should().Equal(Numbers(0, 50));
        await laptop.ReceivesAsync(Numbers(0, 50));
        moved.Gaps.Concat(laptop.Gaps).Should().BeEmpty();
    }

    [Fact]
    public async Task A_position_received_on_one_node_can_be_resumed_from_on_the_other()
    {
        await using var alice = await PlainClient.ConnectAsync(_a, "alice");
        await SendNumbersAsync(alice, "user:bob", 0, 10);
        string kept;
        await using (var first = await PlainClient.ConnectAsync(_a, "bob"))
        {
            await first.ReceivesAsync(Numbers(0, 10));
            kept = first.Received[5].Position;
        }

        await using var second = await PlainClient.ConnectAsync(_b, "bob", "other", ack: false);
        await Eventually.That("the new device is served", () => second.Received.Count == 10);
        await second.Connection.InvokeAsync("Resume", "user:bob", kept);

        await second.ReceivesAsync([.. Numbers(0, 10), .. Numbers(6, 4)]);
    }

    [Fact]
    public async Task A_membership_changed_on_one_node_takes_effect_for_a_live_connection_on_the_other()
    {
        await using var bob = await PlainClient.ConnectAsync(_b, "bob");
        await _a.Groups.AddToGroupAsync("bob", "ops");
        await Eventually.That("bob may send to the group", async () => (await TryAsync(() => bob.SendAsync("group:ops", "mine"))) is null);
        await bob.ReceivesAsync("\"mine\"");

        await _a.Groups.RemoveFromGroupAsync("bob", "ops");
        await _a.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:ops", Body = WsmqJsonBody.Parse("\"after\"") });

        (await TryAsync(() => bob.SendAsync("group:ops", "no more"))).Should().Be(WsmqErrors.SendNotAllowed);
        await Eventually.That(
            "bob no longer reads the group",
            async () => (await TryAsync(() => bob.Connection.InvokeAsync("Ack", "group:ops", bob.Received[0].Position))) == WsmqErrors.ReadNotAllowed);
        await _a.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("\"last\"") });
        await bob.ReceivesAsync("\"mine\"", "\"last\"");
    }

    [Fact]
    public async Task An_app_service_sends_live_pushes_and_messages_across_nodes()
    {
        await _a.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(_b, "bob");

        // StartAsync completes before the server has opened the client's groups, and live groups are joined even later.
        await bob.ReceivesLiveAsync(_a.Live.Clients.User("bob"), _a.Live.Clients.Group("ops"));
        await _a.Services.GetRequiredService<Shop>().ShipAsync("bob", "ops");

        await Eventually.That("the live pushes arrive", () => bob.Live.Count == 2);
        bob.Live.Select(m => m.Type).Should().BeEquivalentTo("user", "group");
        await bob.ReceivesAsync("""{"id":"o1"}""");
    }

    [Fact]
    public async Task The_apps_own_hub_without_a_backplane_stays_without_one()
    {
        _a.Services.GetRequiredService<HubLifetimeManager<OwnHub>>().Should().BeOfType<DefaultHubLifetimeManager<OwnHub>>();
        var heard = new ConcurrentQueue<string>();
        await using var onA = await ConnectOwnAsync(_a, s => heard.Enqueue("a " + s));
        await using var onB = await ConnectOwnAsync(_b, s => heard.Enqueue("b " + s));

        await _a.Services.GetRequiredService<IHubContext<OwnHub>>().Clients.All.SendAsync("Said", "x");
        await onA.InvokeAsync("Echo", "y");
        await onB.InvokeAsync("Echo", "z");

        await Eventually.That("each client receives the calls of its own node", () => heard.Count == 3);
        heard.Should().BeEquivalentTo("a x", "a y", "b z");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_apps_own_hubs_use_their_backplane_and_WsmqHub_uses_the_live_plane(bool before)
    {
        var prefix = redis.NextPrefix();
        void Backplane(WebApplicationBuilder app) => app.Services.AddSignalR().AddStackExchangeRedis(
            redis.Server.EndPoint, o => o.Configuration.ChannelPrefix = StackExchange.Redis.RedisChannel.Literal(prefix + "-own:"));
        Task<TestNode> NodeAsync() => TestNode.StartAsync(
            s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix), services: before ? null : Backplane,
            before: before ? Backplane : null, endpoints: app => app.MapHub<OwnHub>("/own"));
        await using var a = await NodeAsync();
        await using var b = await NodeAsync();
        a.Services.GetRequiredService<HubLifetimeManager<OwnHub>>().Should().BeOfType<RedisHubLifetimeManager<OwnHub>>();
        a.Services.GetRequiredService<HubLifetimeManager<WsmqHub>>().Should().BeOfType<CountedPushes>();
        a.Services.GetService<RedisLivePlane>().Should().NotBeNull();
        var heard = new ConcurrentQueue<string>();
        await using var onA = await ConnectOwnAsync(a, s => heard.Enqueue("a " + s));
        await using var onB = await ConnectOwnAsync(b, s => heard.Enqueue("b " + s));
        await using var bob = await PlainClient.ConnectAsync(b, "bob");
        await bob.SendAsync("user:bob", "hi");
        await bob.ReceivesLiveAsync(a.Live.Clients.User("bob"));

        await a.Services.GetRequiredService<IHubContext<OwnHub>>().Clients.All.SendAsync("Said", "x");
        await a.Live.Clients.All.Live(new WsmqLiveMessage { Type = "all" });
        await a.Live.Clients.User("bob").Live(new WsmqLiveMessage { Type = "user" });

        await Eventually.That("both hubs work over both nodes", () => heard.Count == 2 && bob.Live.Count == 2);
        heard.Should().BeEquivalentTo("a x", "b x");
        await bob.ReceivesAsync("\"hi\"");
    }

    private static async Task<WsmqError?> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (HubException e)
        {
            return WsmqError.Find(e.Message);
        }
    }

    private static async Task<HubConnection> ConnectOwnAsync(TestNode node, Action<string> heard)
    {
        var connection = new HubConnectionBuilder().WithUrl(new Uri(node.Address, "/own"), HttpTransportType.WebSockets).Build();
        connection.On("Said", heard);
        await connection.StartAsync();

        // StartAsync completes before the server has added the connection to its list; the first call waits until it has.
        await connection.InvokeAsync("Ready");
        return connection;
    }

    private sealed record Shipped(string Id);

    private sealed class Shop(IWsmqPublisher durable, IHubContext<WsmqHub, IWsmqReceiver> live)
    {
        public async Task ShipAsync(string customer, string group)
        {
            await live.Clients.User(customer).Live(new WsmqLiveMessage { Type = "user" });
            await live.Clients.Group(group).Live(new WsmqLiveMessage { Type = "group" });
            await durable.SendAsync(WsmqAddress.User(customer), new Shipped("o1"));
        }
    }

    public sealed class OwnHub : Hub
    {
        public Task Echo(string text) => Clients.Caller.SendAsync("Said", text);

        public string Ready() => Context.ConnectionId;
    }
}
