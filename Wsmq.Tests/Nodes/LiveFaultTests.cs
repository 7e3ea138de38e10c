using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

/// <summary>Live pushes while Redis is away, beside strangers on the channel, and beside clients that do not read.</summary>
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
        s => s.UseRedis(_redis.EndPoint, o => (o.KeyPrefix, o.CommandTimeout) = ("t", TimeSpan.FromSeconds(1))),
        services: b => b.Logging.AddProvider(_logs));

    private async Task<PlainClient> MemberAsync(TestNode node, string user)
    {
        var client = await PlainClient.ConnectAsync(node, user, negotiate: true);
        await client.Connection.InvokeAsync("Ack", $"user:{user}", Position.Start.ToString());
        await _a.Live.Groups.AddToGroupAsync(client.Connection.ConnectionId!, "g");
        return client;
    }

    private Task PushAsync(string type, string group = "g") => _a.Live.Clients.Group(group).Live(new LiveMessage { Type = type });

    private async Task EveryKindComesAsync(PlainClient bob)
    {
        var clients = _a.Live.Clients;
        foreach (var (kind, to) in new[] { ("user", clients.User("bob")), ("group", clients.Group("g")), ("all", clients.All) })
        {
            await Eventually.That($"pushes to {kind} come again", async () =>
            {
                try
                {
                    await to.Live(new LiveMessage { Type = kind });
                }
                catch (WsmqException e) when (e.Error == WsmqErrors.StoreUnavailable)
                {
                    return false;
                }

                return bob.Live.Any(m => m.Type == kind);
            });
        }
    }

    [Fact]
    public async Task Pushes_go_on_after_the_connections_for_subscriptions_were_killed()
    {
        await using var bob = await MemberAsync(_b, "bob");
        await _redis.CommandAsync("CLIENT KILL TYPE pubsub");
        await EveryKindComesAsync(bob);
    }

    [Fact]
    public async Task While_Redis_is_away_pushes_and_groups_fail_with_a_code_and_go_on_afterwards()
    {
        await using var bob = await MemberAsync(_b, "bob");
        await using var alice = await MemberAsync(_a, "alice");
        await _redis.StopAsync(kill: true);

        foreach (var call in new Func<Task>[]
        {
            () => PushAsync("x"), () => _a.Live.Clients.User("bob").Live(new()), () => _a.Live.Clients.All.Live(new()),
            () => _a.Live.Groups.AddToGroupAsync(alice.Connection.ConnectionId!, "new"),
            () => _a.Live.Groups.AddToGroupAsync(bob.Connection.ConnectionId!, "new"),
        })
        {
            (await FluentActions.Awaiting(() => call().WaitAsync(TimeSpan.FromSeconds(10))).Should().ThrowAsync<WsmqException>())
                .Which.Error.Should().Be(WsmqErrors.StoreUnavailable);
        }

        await _redis.RestartAsync();
        await EveryKindComesAsync(bob);
        await _a.Live.Groups.AddToGroupAsync(alice.Connection.ConnectionId!, "new");
        await PushAsync("new", "new");
        await Eventually.That("the group works that could not be joined before", () => alice.Live.Any(m => m.Type == "new"));
        bob.Live.Should().NotContain(m => m.Type == "new");
    }

    [Fact]
    public async Task What_is_no_push_of_ours_is_logged_and_left_out()
    {
        await using var bob = await MemberAsync(_b, "bob");
        await using var other = await ConnectionMultiplexer.ConnectAsync(_redis.EndPoint);
        string[] strange = ["", "x", "A\0\0\0\0{}\u001e{}\u001e", "G\u007f\0\0\0", "J\0\0\0\0"];
        foreach (var text in strange)
            await other.GetDatabase().PublishAsync(RedisChannel.Literal("t:live"), text);

        await EveryKindComesAsync(bob);

        _logs.Of(LogLevel.Error).Where(m => m.Contains("live push", StringComparison.Ordinal)).Should().HaveCount(2 * strange.Length);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_up_nobody_and_loses_what_is_too_much()
    {
        await using var bob = await MemberAsync(_b, "bob");
        using var slow = new ClientWebSocket();
        slow.Options.SetBuffer(1024, 1024);
        var hub = _b.Hub.ToString().Replace("http", "ws", StringComparison.Ordinal);
        await slow.ConnectAsync(new Uri($"{hub}?access_token={TestTokens.For("slow")}"), default);
        var handshake = "{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray();
        await slow.SendAsync(handshake, WebSocketMessageType.Text, true, default);
        var large = JsonBody.Parse($"\"{new string('x', 200_000)}\"");
        await Eventually.That("it is refused what it does not read", async () =>
        {
            var seen = bob.Live.Count;
            await _a.Live.Clients.All.Live(new LiveMessage { Body = large });
            await Eventually.That("a client that reads gets the push", () => bob.Live.Count == seen + 1);
            return _logs.Of(LogLevel.Warning).Any(m => m.Contains("does not read", StringComparison.Ordinal));
        });
        slow.Abort();
    }

    [Fact]
    public async Task Before_the_app_has_started_a_push_fails_with_a_code()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddWsmq().UseRedis(_redis.EndPoint);
        await using var app = builder.Build();
        var live = app.Services.GetRequiredService<IHubContext<WsmqHub, IWsmqClient>>();
        foreach (var to in new[] { live.Clients.All, live.Clients.User("bob"), live.Clients.Group("g") })
        {
            (await FluentActions.Awaiting(() => to.Live(new())).Should().ThrowAsync<WsmqException>())
                .Which.Error.Should().Be(WsmqErrors.StoreUnavailable);
        }
    }
}
