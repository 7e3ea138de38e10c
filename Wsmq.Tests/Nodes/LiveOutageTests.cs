using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

/// <summary>
/// Only the connection of the live plane is broken, or silent. Commands may take a minute here: whatever waits for that connection
/// does not come to its end within a test.
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
        await _a.Groups.AddAsync("ops", "bob");
        await _a.Groups.AddAsync("ops", "alice");
        await _a.Groups.AddAsync("others", "bob");
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
    public Task A_line_that_is_silent_keeps_nobody_out_and_holds_up_no_message() => MessagesGoOnAsync(() => _line.Conditions.Hold(up: true, down: true));

    [Fact]
    public Task A_line_that_is_cut_keeps_nobody_out_and_holds_up_no_message() => MessagesGoOnAsync(() =>
    {
        _line.Refuses = true;
        _line.Cut();
    });

    private async Task MessagesGoOnAsync(Action breakLine)
    {
        await using var early = await PlainClient.ConnectAsync(_a, "alice", "early");
        await early.SendAsync("user:alice", "let in");
        breakLine();

        // More than a few: the first may wait a moment, and none of them for another.
        var clients = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => PlainClient.ConnectAsync(_a, i < 8 ? "bob" : $"u{i}", $"d{i}")));
        await Task.WhenAll(clients.Select((client, i) => client.SendAsync(i < 8 ? "user:bob" : $"user:u{i}", i)));
        await Eventually.That("bob's devices get all of bob's", () => clients[..8].All(c => c.Received.Count == 8));
        await early.SendAsync("group:ops", "durable");
        await Eventually.That("the group's members get its message", () => clients[..8].Append(early).All(c => c.Bodies.Contains("\"durable\"")));
        await _a.Groups.RemoveAsync("others", "bob");
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
            await Eventually.That("those that came meanwhile hear live pushes", async () =>
            {
                await push();
                return client.Live.Count > before;
            });
        }

        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task A_push_into_a_line_that_is_silent_waits_and_messages_do_not()
    {
        await using var bob = await PlainClient.ConnectAsync(_a, "bob");
        await bob.SendAsync("user:bob", "let in");
        _line.Conditions.Hold(up: true, down: true);

        var push = _a.Live.Clients.User("alice").Live(new());
        await bob.SendAsync("user:bob", "durable");

        await bob.ReceivesAsync("\"let in\"", "\"durable\"");
        push.IsCompleted.Should().BeFalse();
        _line.Conditions.Clear();
        await push;
    }
}
