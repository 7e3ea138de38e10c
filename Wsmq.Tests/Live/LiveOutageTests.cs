using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Live;

/// <summary>
/// Only the connection of the live plane is closed or silent. The command timeout is one minute: a call that waits for that connection
/// does not end within a test.
/// </summary>
[Collection(SharedRedis.Name)]
public sealed class LiveOutageTests : IAsyncLifetime
{
    private readonly SharedRedis _redis;
    private readonly string _prefix;
    private readonly TcpProxy _line;
    private TestNode _a = null!;
    private TestNode _b = null!;

    public LiveOutageTests(SharedRedis redis)
    {
        (_redis, _prefix) = (redis, redis.NextPrefix());
        _line = new TcpProxy(new Uri($"http://{redis.Server.EndPoint}"));
    }

    public async Task InitializeAsync()
    {
        _a = await StartAsync(throughLine: true);
        _b = await StartAsync(throughLine: false);
        await _a.Groups.AddToGroupAsync("bob", "ops");
        await _a.Groups.AddToGroupAsync("alice", "ops");
        await _a.Groups.AddToGroupAsync("bob", "others");
    }

    public async Task DisposeAsync()
    {
        _line.Conditions.Clear();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _line.DisposeAsync();
    }

    private Task<TestNode> StartAsync(bool throughLine) => TestNode.StartAsync(s => s.UseRedis(_redis.Server.EndPoint, o =>
    {
        (o.KeyPrefix, o.CommandTimeout) = (_prefix, TimeSpan.FromMinutes(1));
        o.ConfigureConnection = c =>
        {
            if (!throughLine || c.ClientName != "wsmq-live")
                return;
            c.EndPoints.Clear();
            c.EndPoints.Add("127.0.0.1", _line.Port);
        };
    }));

    [Fact]
    public Task Clients_are_accepted_and_messages_flow_while_the_live_connection_is_silent() =>
        MessagesGoOnAsync(() => _line.Conditions.Hold(up: true, down: true));

    [Fact]
    public Task Clients_are_accepted_and_messages_flow_while_the_live_connection_is_closed() => MessagesGoOnAsync(() =>
    {
        _line.Refuses = true;
        _line.Cut();
    });

    private async Task MessagesGoOnAsync(Action breakLine)
    {
        await using var early = await PlainClient.ConnectAsync(_a, "alice", "early");
        await early.SendAsync("user:alice", "accepted");
        breakLine();

        // Many clients: the first may wait briefly for the live connection, and none of them waits for another.
        var clients = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => PlainClient.ConnectAsync(_a, i < 8 ? "bob" : $"u{i}", $"d{i}")));

        // An answer means that the device is registered: what all devices have acknowledged is not kept for one that comes later.
        await Task.WhenAll(clients.Select(client => client.SendAsync("user:nobody", "accepted")));
        await Task.WhenAll(clients.Select((client, i) => client.SendAsync(i < 8 ? "user:bob" : $"user:u{i}", i)));
        await Eventually.That("bob's devices receive all messages to bob", () => clients[..8].All(c => c.Received.Count == 8));
        await early.SendAsync("group:ops", "durable");
        await Eventually.That(
            "the members of the group receive its message", () => clients[..8].Append(early).All(c => c.Bodies.Contains("\"durable\"")));
        await _a.Groups.RemoveFromGroupAsync("bob", "others");
        await Task.WhenAll(clients[8..].Select(c => c.DisposeAsync().AsTask()));
        await using var late = await PlainClient.ConnectAsync(_a, "u9", "late");
        await late.SendAsync("user:u9", "again");

        _line.Refuses = false;
        _line.Conditions.Clear();
        foreach (var (client, push) in new (PlainClient, Func<Task>)[]
        {
            (clients[0], () => _b.Live.Clients.User("bob").Live(new())), (clients[7], () => _b.Live.Clients.Group("ops").Live(new())),
            (late, () => _b.Live.Clients.User("u9").Live(new())), (early, () => _b.Live.Clients.All.Live(new())),
        })
        {
            var before = client.Live.Count;
            await Eventually.That("clients that connected during the outage receive live pushes", async () =>
            {
                await push();
                return client.Live.Count > before;
            });
        }

        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task A_push_over_a_silent_live_connection_waits_and_messages_do_not()
    {
        await using var bob = await PlainClient.ConnectAsync(_a, "bob");
        await bob.SendAsync("user:bob", "accepted");
        _line.Conditions.Hold(up: true, down: true);

        var push = _a.Live.Clients.User("alice").Live(new());
        await bob.SendAsync("user:bob", "durable");

        await bob.ReceivesAsync("\"accepted\"", "\"durable\"");
        push.IsCompleted.Should().BeFalse();
        _line.Conditions.Clear();
        await push;
    }
}
