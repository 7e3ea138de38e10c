using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Connections;
using Wsmq.Server.Feeds;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Sessions;

/// <summary>Joining and leaving groups on an open connection, while something else fails.</summary>
public sealed class GroupReaderTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Stumbling _stumbling = new();
    private TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        services: b => b.Services.AddSingleton(_stumbling).AddSingleton<HubLifetimeManager<WsmqHub>, StumblingLifetimeManager>());

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_group_is_read_once_while_its_live_group_cannot_be_joined_and_the_join_is_retried()
    {
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");

        // The receipt arrives only after the hub has opened the connection as well.
        await bob.SendAsync("user:nobody", 1);
        _stumbling.Failures = 2;
        await _node.Groups.AddToGroupAsync("bob", "ops");

        for (var i = 0; i < 50; i++)
            await _node.Publisher.SendAsync(WsmqAddress.Group("ops"), i);
        await Eventually.That("they arrive", () => bob.Received.Count >= 50);
        await _node.Publisher.SendAsync(WsmqAddress.User("bob"), -1);
        await Eventually.That("the last arrives", () => bob.Bodies.Contains("-1"));

        bob.Received.Count(d => d.Source == "group:ops").Should().Be(50);
        await Eventually.That("the live group is joined", () => _stumbling.Joined == 1);
        await Eventually.That("live messages arrive", async () =>
        {
            await _node.Live.Clients.Group("ops").Live(new WsmqLiveMessage { Type = "t", Body = WsmqJsonBody.Parse("1") });
            return bob.Live.Count > 0;
        });
    }

    [Fact]
    public async Task A_live_group_that_the_user_leaves_before_it_was_joined_is_not_joined_later()
    {
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        await bob.SendAsync("user:nobody", 1);
        _stumbling.Failures = int.MaxValue;
        await _node.Groups.AddToGroupAsync("bob", "ops");
        await Eventually.That("joining it was attempted", () => _stumbling.Failures < int.MaxValue);
        await _node.Groups.RemoveFromGroupAsync("bob", "ops");
        await _node.Groups.AddToGroupAsync("bob", "team");
        await _node.Publisher.SendAsync(WsmqAddress.Group("team"), 1);
        await Eventually.That("the node has received both changes", () => bob.Received.Any(d => d.Source == "group:team"));
        _stumbling.Failures = 0;

        await Eventually.That("the other group is joined", () => _stumbling.Joined == 1);
        await Eventually.That("live messages to it arrive", async () =>
        {
            await _node.Live.Clients.Group("ops").Live(new WsmqLiveMessage { Type = "left", Body = WsmqJsonBody.Parse("1") });
            await _node.Live.Clients.Group("team").Live(new WsmqLiveMessage { Type = "joined", Body = WsmqJsonBody.Parse("1") });
            return bob.Live.Count > 0;
        });
        bob.Live.Should().OnlyContain(m => m.Type == "joined");
    }

    [Fact]
    public async Task A_late_signal_of_a_leave_does_not_keep_a_rejoined_group_closed()
    {
        await _node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        await _node.Publisher.SendAsync(WsmqAddress.Group("ops"), 1);
        await bob.ReceivesAsync("1");

        var feeds = _node.Services.GetRequiredService<FeedRegistry>();
        var feed = await feeds.AcquireAsync(WsmqAddress.Group("ops"), default);
        feed.OnSignal(Signal.MemberLeft("bob"));
        await feeds.ReleaseAsync(feed);
        await _node.Publisher.SendAsync(WsmqAddress.Group("ops"), 2);

        await Eventually.That("messages of the group arrive again", () => bob.Bodies.Contains("2"));
    }

    [Fact]
    public async Task Leaving_a_group_does_not_close_the_connection_of_a_slow_reader()
    {
        await _node.Groups.AddToGroupAsync("bob", "ops");
        var url = new Uri(_node.Hub.ToString().Replace("http", "ws", StringComparison.Ordinal) + "?access_token=" + TestTokens.For("bob"));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(url, default);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        (await ReceiveAsync(socket)).Should().Be("{}\u001e");

        // More than the network buffers hold: the write of one of these waits for the reader.
        // Together: this client sends no pings, and SignalR closes its connection after 30 seconds.
        var large = new WsmqOutgoingMessage { To = "group:ops", Body = WsmqJsonBody.Parse($"\"{new string('x', 200_000)}\"") };
        await _node.Publisher.SendManyAsync([.. Enumerable.Repeat(large, 100)]);
        await _node.Groups.RemoveFromGroupAsync("bob", "ops");
        await _node.Publisher.SendAsync(WsmqAddress.User("bob"), "still here");

        var seen = string.Empty;
        while (!seen.Contains("still here", StringComparison.Ordinal))
        {
            seen = await ReceiveAsync(socket);
            socket.State.Should().Be(WebSocketState.Open, "nothing was wrong with the connection: {0}", seen);
            seen.Should().NotContain("\"type\":7");
        }
    }

    private static Task SendAsync(ClientWebSocket socket, string frame) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame + '\u001e'), WebSocketMessageType.Text, true, default);

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var text = new StringBuilder();
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), default);
            text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
        }
        while (!part.EndOfMessage);
        return text.ToString();
    }

    internal sealed class Stumbling
    {
        private int _joined;
        private int _failures;

        public int Failures
        {
            get => Volatile.Read(ref _failures);
            set => Volatile.Write(ref _failures, value);
        }

        public int Joined => _joined;

        public void Enter()
        {
            // Not a plain decrement: the test may set another number at the same time.
            var left = Failures;
            if (left > 0)
            {
                Interlocked.CompareExchange(ref _failures, left - 1, left);
                throw new InvalidOperationException("The backplane is unavailable.");
            }
            Interlocked.Increment(ref _joined);
        }
    }

    internal sealed class StumblingLifetimeManager(
        ConnectionRegistry connections, Stumbling stumbling, ILogger<DefaultHubLifetimeManager<WsmqHub>> logger)
        : LocalLifetimeManager(connections, logger)
    {
        public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
        {
            stumbling.Enter();
            return base.AddToGroupAsync(connectionId, groupName, cancellationToken);
        }
    }
}
