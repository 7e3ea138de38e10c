using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Live;

/// <summary>Live pushes while Redis is unavailable, with foreign data on the channels, and with clients that do not read.</summary>
public sealed class LiveFaultTests : IAsyncLifetime
{
    private readonly RecordedLogs _logs = new();
    private RedisServer _redis = null!;
    private TestNode _a = null!;
    private TestNode _b = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync(appendOnly: true);
        (_a, _b) = (await StartAsync(), await StartAsync());
    }

    public async Task DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(
        s => s.UseRedis(_redis.EndPoint, o => o.KeyPrefix = "t"),
        services: b => b.Logging.AddProvider(_logs));

    private async Task<PlainClient> MemberAsync(TestNode node, string user)
    {
        var client = await PlainClient.ConnectAsync(node, user, negotiate: true);
        await client.Connection.InvokeAsync("Ack", $"user:{user}", WsmqPosition.Start.ToString());
        await _a.Live.Groups.AddToGroupAsync(client.Connection.ConnectionId!, "g");
        return client;
    }

    private Task PushAsync(string type, string group = "g") => _a.Live.Clients.Group(group).Live(new WsmqLiveMessage { Type = type });

    private async Task EveryKindComesAsync(PlainClient bob)
    {
        var clients = _a.Live.Clients;
        foreach (var (kind, to) in new[] { ("user", clients.User("bob")), ("group", clients.Group("g")), ("all", clients.All) })
        {
            await Eventually.That($"pushes to {kind} arrive again", async () =>
            {
                try
                {
                    await to.Live(new WsmqLiveMessage { Type = kind });
                }
                catch (Exception e) when (e is RedisException or TimeoutException)
                {
                    return false;
                }

                return bob.Live.Any(m => m.Type == kind);
            });
        }
    }

    [Fact]
    public async Task Pushes_arrive_again_after_the_subscription_connections_were_killed()
    {
        await using var bob = await MemberAsync(_b, "bob");
        await _redis.CommandAsync("CLIENT KILL TYPE pubsub");
        await EveryKindComesAsync(bob);
    }

    [Fact]
    public async Task Pushes_fail_with_Redis_exceptions_while_Redis_is_unavailable_and_arrive_again_afterwards()
    {
        await using var bob = await MemberAsync(_b, "bob");
        await using var alice = await MemberAsync(_a, "alice");
        await _redis.StopAsync(kill: true);

        foreach (var push in new Func<Task>[] { () => PushAsync("x"), () => _a.Live.Clients.User("bob").Live(new()), () => _a.Live.Clients.All.Live(new()) })
        {
            var failed = await Record.ExceptionAsync(() => push().WaitAsync(TimeSpan.FromSeconds(20)));
            (failed is RedisException or RedisTimeoutException).Should().BeTrue($"{failed}");
        }

        // Joining a group does not wait for Redis: the connection receives pushes to the group once Redis is available again.
        await _a.Live.Groups.AddToGroupAsync(alice.Connection.ConnectionId!, "new").WaitAsync(TimeSpan.FromSeconds(20));
        await _redis.RestartAsync();
        await EveryKindComesAsync(bob);
        await Eventually.That("a push to the group joined during the outage arrives", async () =>
        {
            await Record.ExceptionAsync(() => PushAsync("new", "new"));
            return alice.Live.Any(m => m.Type == "new");
        });
        bob.Live.Should().NotContain(m => m.Type == "new");
    }

    [Fact]
    public async Task Foreign_data_on_the_live_channels_closes_no_connection_and_does_not_flood_the_log()
    {
        await using var bob = await MemberAsync(_b, "bob");
        await using var other = await AdminConnection.OpenAsync(_redis.EndPoint);
        var channels = (string[])(await other.GetDatabase().ExecuteAsync("PUBSUB", "CHANNELS", "t:live:*"))!;
        foreach (var channel in channels)
        {
            foreach (var text in Enumerable.Repeat("y", 20).Concat(["", "x", "\u0092", "{\"type\":7}\u001e"]))
                await other.GetDatabase().PublishAsync(RedisChannel.Literal(channel), text);
        }

        await EveryKindComesAsync(bob);
        bob.Closed.Should().BeNull();
        _logs.Of(LogLevel.Error).Should().BeEmpty();
        _logs.Of(LogLevel.Warning).Count(l => !l.Contains("append-only", StringComparison.Ordinal))
            .Should().BeLessThanOrEqualTo(
                2 * 2, "each node logs one warning for unreadable pushes, and one for unreadable messages between nodes");
    }

    [Fact]
    public async Task A_client_that_does_not_read_delays_live_pushes_of_its_node_and_no_messages()
    {
        await using var bob = await MemberAsync(_b, "bob");
        using var slow = new ClientWebSocket();
        slow.Options.SetBuffer(1024, 1024);
        var hub = _b.Hub.ToString().Replace("http", "ws", StringComparison.Ordinal);
        await slow.ConnectAsync(new Uri($"{hub}?access_token={TestTokens.For("slow")}"), default);
        var handshake = "{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray();
        await slow.SendAsync(handshake, WebSocketMessageType.Text, true, default);
        var large = new WsmqLiveMessage { Body = WsmqJsonBody.Parse($"\"{new string('x', 200_000)}\"") };
        var pushed = 0;
        for (; pushed < 100; pushed++)
            await _a.Live.Clients.All.Live(large);

        // Long before SignalR closes the slow connection.
        for (var i = 0; i < 20; i++)
            await _a.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse($"{i}") });
        await bob.ReceivesAsync([.. Enumerable.Range(0, 20).Select(i => $"{i}")]);

        slow.Abort();
        await Eventually.That("the live plane continues", () => bob.Live.Count == pushed);
    }

    [Fact]
    public async Task A_push_before_the_app_has_started_reaches_the_clients_of_other_nodes()
    {
        await using var bob = await MemberAsync(_b, "bob");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddWsmq().UseRedis(_redis.EndPoint, o => o.KeyPrefix = "t");
        await using var app = builder.Build();
        var live = app.Services.GetRequiredService<IHubContext<WsmqHub, IWsmqReceiver>>();

        foreach (var to in new[] { live.Clients.All, live.Clients.User("bob"), live.Clients.Group("g") })
            await to.Live(new());

        await Eventually.That("the pushes arrive", () => bob.Live.Count == 3);
    }

    [Fact]
    public async Task The_start_fails_and_names_the_channel_permission_if_the_ACL_denies_live_channels()
    {
        await AclUser.CreateAsync(_redis, [.. AclUser.Rules.Where(r => r != "&wsmq:*"), "&wsmq:{0}:*", "&wsmq:access"]);

        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(s => s.UseRedis($"{_redis.EndPoint},{AclUser.Credentials}")));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("channel");
    }
}
