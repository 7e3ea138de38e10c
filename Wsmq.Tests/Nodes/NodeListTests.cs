using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wsmq.Server.Stores;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

/// <summary>What nodes tell of themselves and of their connections, asked on any of them.</summary>
[Collection(SharedRedis.Name)]
public sealed class NodeListTests(SharedRedis redis) : IAsyncLifetime
{
    private readonly string _prefix = redis.NextPrefix();
    private readonly List<TestNode> _nodes = [];
    private TcpProxy? _line;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        if (_line is not null)
            await _line.DisposeAsync();
    }

    [Fact]
    public async Task Connections_on_different_nodes_are_all_listed_and_counted()
    {
        var (a, b, c) = (await StartAsync("a"), await StartAsync("b"), await StartAsync("c"));
        await a.Groups.AddToGroupAsync("bob", "ops");
        await using var phone = await PlainClient.ConnectAsync(a, "bob", "phone", negotiate: true);
        await using var web = await PlainClient.ConnectAsync(b, "bob", "web");
        await using var alice = await PlainClient.ConnectAsync(b, "alice");
        using var reader = HttpCaller.Of(c, "bob");
        await using var stream = await reader.ListenAsync("address=user:bob&address=group:ops");
        await phone.Connection.InvokeAsync("Ack", "group:ops", "0000000000000000");
        await web.Connection.InvokeAsync("Ack", "group:ops", "0000000000000000");

        await Eventually.That("all connections are listed", async () => (await Of(c).ConnectionsAsync("bob")).Count == 3);
        var found = await Of(c).ConnectionsAsync("bob");
        await Eventually.That("they are counted", async () => (await Of(a).ListAsync()).Nodes.Sum(n => n.Users) == 4);
        var list = await Of(a).ListAsync();

        (found.IsComplete, found.Missing.Count, list.IsComplete, list.Missing.Count).Should().Be((true, 0, true, 0));
        found.Connections.Select(x => (x.Device, x.Kind, x.Transport, Addresses: string.Join(' ', x.Addresses.Select(t => $"{t}").Order())))
            .Should().BeEquivalentTo([
                ("phone", "hub", "WebSockets", "group:ops user:bob"), ("web", "hub", "WebSockets", "group:ops user:bob"),
                ((string?)null, "stream", "ServerSentEvents", "group:ops user:bob"),
            ]);
        found.Connections.Single(x => x.Device == "phone").Id.Should().Be(phone.Connection.ConnectionId);
        found.Connections.Select(x => x.Node).Should().BeEquivalentTo([IdOf(a), IdOf(b), IdOf(c)]);
        list.Nodes.Select(n => (n.Id, n.Name, n.Connections, n.Streams, n.Users)).Should().Equal(
            (IdOf(a), "a", 1, 0, 1), (IdOf(b), "b", 2, 0, 2), (IdOf(c), "c", 0, 1, 1));
        list.Nodes.Should().OnlyContain(n => !n.IsDraining && n.Store.Kind == "redis" && n.Store.IsAvailable);
    }

    [Fact]
    public async Task A_node_that_stops_is_draining_and_then_no_longer_listed()
    {
        var a = await StartAsync("a");
        var b = await StartAsync("b", o => (o.Drain.Timeout, o.Drain.ReadinessDelay) = (TimeSpan.FromMinutes(2), TimeSpan.Zero));
        await using var bob = await PlainClient.ConnectAsync(b, "bob");
        var stopping = Task.Run(() => b.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication());

        await Eventually.That("it drains", async () => (await Of(a).ListAsync()).Nodes.Any(n => n.Name == "b" && n.IsDraining));
        await bob.DisposeAsync();
        await stopping;
        await b.DisposeAsync();

        await Eventually.That("it has left", async () => (await Of(a).ListAsync()) is { Missing.Count: 0, Nodes.Count: 1 });
    }

    [Fact]
    public async Task A_node_whose_line_to_Redis_is_cut_is_missing_and_still_describes_itself()
    {
        _line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
        var a = await StartAsync("a");
        var cut = await StartAsync(
            "cut", o => (o.Delivery.StoreUnavailableAfter, o.Nodes.AnswerTimeout) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2)),
            $"127.0.0.1:{_line.Port}");
        await using var bob = await PlainClient.ConnectAsync(cut, "bob");

        // A connection that is not accepted yet waits for the store.
        await Eventually.That("both are listed with the connection", async () =>
            await Of(cut).ListAsync() is { Nodes.Count: 2 } both && both.Nodes.Sum(n => n.Users) == 1);
        _line.Refuses = true;
        _line.Cut();

        await Eventually.That("it is missing", async () => (await Of(a).ListAsync()).Missing.SequenceEqual([IdOf(cut)]));
        await Eventually.That("it sees that the store is away", async () =>
            await Of(cut).ListAsync() is { IsComplete: false } own && own.Nodes.Single() is { Name: "cut", Store.IsAvailable: false, Users: 1 });
        (await Of(cut).ListAsync()).Missing.Should().Equal(IdOf(a));
        (await Of(cut).ConnectionsAsync("bob")).Should().Match<WsmqUserConnections>(f => f.Count == 1 && !f.IsComplete);

        _line.Refuses = false;
        await Eventually.That("it is back", async () => (await Of(a).ListAsync()) is { IsComplete: true, Nodes.Count: 2 });
    }

    [Fact]
    public async Task A_slow_reader_is_listed_with_what_it_is_behind()
    {
        var (a, b) = (await StartAsync("a"), await StartAsync("b"));
        await using var slow = await PlainClient.ConnectAsync(b, "bob", "web", ack: false);
        await using var quick = await PlainClient.ConnectAsync(b, "alice");
        foreach (var user in new[] { "bob", "alice" })
            await a.Publisher.SendAsync(new WsmqOutgoingMessage { To = $"user:{user}", Body = WsmqJsonBody.Parse("1") });

        await Eventually.That("the slow reader is listed", async () =>
            (await Of(a).ListAsync()).Nodes.Single(n => n.Name == "b").SlowReaderCount == 1);
        var found = (await Of(a).ListAsync()).Nodes.Single(n => n.Name == "b").SlowReaders.Single();
        (found.User, found.Device, found.Address.ToString()).Should().Be(("bob", "web", "user:bob"));
        found.Behind.Should().BeGreaterThan(TimeSpan.FromMilliseconds(900));
        (await Of(a).ConnectionsAsync("bob")).Connections.Single().InFlight.Should().Be(1);

        await slow.Connection.InvokeAsync("Ack", "user:bob", slow.Received[0].Position);
        await Eventually.That("it has caught up", async () => (await Of(a).ListAsync()).Nodes.All(n => n.SlowReaderCount == 0));
        await Eventually.That("nothing is in flight", async () => (await Of(a).ConnectionsAsync("bob")).Connections.Single().InFlight == 0);
    }

    [Fact]
    public async Task Rates_and_latencies_are_those_of_the_last_seconds_of_each_node()
    {
        var (a, b) = (await StartAsync("a"), await StartAsync("b"));
        await using var bob = await PlainClient.ConnectAsync(b, "bob");
        for (var i = 0; i < 50; i++)
            await a.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") });
        await a.Live.Clients.User("bob").Live(new WsmqLiveMessage { Type = "x" });
        WsmqNode? sender = null, receiver = null;

        await Eventually.That("both nodes have counted", async () =>
        {
            var nodes = (await Of(b).ListAsync()).Nodes;
            (sender, receiver) = (nodes.Single(n => n.Name == "a"), nodes.Single(n => n.Name == "b"));
            return sender.Rates is { Stored: > 0, Live: > 0 } && receiver.Rates is { Delivered: > 0, Acknowledged: > 0 };
        });

        (sender!.Rates.Delivered, receiver!.Rates.Stored, receiver.Rates.Live).Should().Be((0, 0, 0));
        sender.Latency.AppendP50.Should().BeGreaterThan(TimeSpan.Zero).And.BeLessThanOrEqualTo(sender.Latency.AppendP99!.Value);
        receiver.Latency.AppendP50.Should().BeNull();
        await Eventually.That("the rates are old", async () =>
            (await Of(b).ListAsync()).Nodes.All(n => n.Rates.Stored == 0 && n.Latency.AppendP50 is null));
    }

    private static IWsmqNodes Of(TestNode node) => node.Services.GetRequiredService<IWsmqNodes>();

    private static string IdOf(TestNode node) => node.Services.GetRequiredService<IStore>().Nodes.Self;

    private async Task<TestNode> StartAsync(string name, Action<WsmqOptions>? configure = null, string? at = null)
    {
        var node = await HttpCaller.StartNodeAsync(
            s => s.UseRedis(
                $"{at ?? redis.Server.EndPoint},connectRetry=1",
                o => (o.KeyPrefix, o.ProbeInterval) = (_prefix, TimeSpan.FromMilliseconds(200))),
            o =>
            {
                // No test waits for it, unless it sets another one.
                (o.Nodes.Name, o.Nodes.AnswerTimeout) = (name, TimeSpan.FromSeconds(30));
                configure?.Invoke(o);
            });
        _nodes.Add(node);
        return node;
    }
}
