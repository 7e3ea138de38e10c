using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Connections;
using Wsmq.Server.Endpoints;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Pumps;

/// <summary>Slow links, and connections that the server closes, do not count as failed attempts of the client.</summary>
public sealed class SlowLineTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(262_144, 64_000, 52)]
    [InlineData(1_024, 64_000, 19)]
    [InlineData(262_144, 1_000_000_000, 10)]
    [InlineData(16 * Megabyte, 1_000_000, 145)]
    public void The_write_timeout_is_ten_seconds_plus_the_time_of_the_largest_frame_on_the_slowest_link(int body, int bits, int seconds) =>
        WriteTimeout.Of(new WsmqOptions { Publish = { MaxBodyBytes = body }, Delivery = { SlowestLinkBitsPerSecond = bits } })
            .Should().BeCloseTo(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(1));

    [Fact]
    public async Task A_message_that_takes_longer_than_ten_seconds_on_a_slow_link_arrives()
    {
        await using var node = await StartAsync(o => (o.Publish.MaxBodyBytes, o.DeadLetters.MaxSilentAttempts) = (4 * Megabyte, 1));
        await using var line = new TcpProxy(node.Address);
        line.Conditions.BytesPerSecondDown = 300_000;
        await node.Publisher.SendAsync(WsmqAddress.User("bob"), new string('x', (4 * Megabyte) - 100));
        await node.Publisher.SendAsync(WsmqAddress.User("bob"), "small");
        var (come, over) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var bob = PlainClient.Create(line.Hub, TestTokens.For("bob"), onReceive: _ =>
        {
            if (Interlocked.Increment(ref come) == 2)
                over.TrySetResult();
        });
        bob.Connection.Closed += _ =>
        {
            over.TrySetResult();
            return Task.CompletedTask;
        };
        await bob.Connection.StartAsync();

        // Takes about 14 s.
        await over.Task;

        await Eventually.That("both messages are recorded", () => bob.Received.Count == 2 || bob.Closed is not null);
        bob.Closed.Should().BeNull();
        bob.Received.Select(d => d.Body!.Value.Utf8.Length).Should().Equal((4 * Megabyte) - 98, 7);
        bob.DeadLettered.Should().BeEmpty();
    }

    [Fact]
    public async Task A_connection_that_the_server_closes_for_not_reading_does_not_count_as_a_failed_attempt()
    {
        await using var node = await StartAsync(
            o => o.DeadLetters.MaxSilentAttempts = 1, app => app.MapWsmq("/hasty", o => o.TransportSendTimeout = TimeSpan.FromMilliseconds(100)));
        for (var i = 0; i < 40; i++)
            await node.Publisher.SendAsync(WsmqAddress.User("bob"), new string('x', 250_000));
        using (var socket = await ConnectAsync(node, "/hasty", TestTokens.For("bob")))
        {
            await DeliveryBeginsAsync(socket);
            await HasLeftAsync(node);
        }

        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await Eventually.That("all messages arrive", () => bob.Received.Count == 40);
        bob.DeadLettered.Should().BeEmpty();
    }

    [Fact]
    public async Task A_connection_whose_token_expires_does_not_count_as_a_failed_attempt()
    {
        await using var node = await StartAsync(o => o.DeadLetters.MaxSilentAttempts = 1);
        await node.Publisher.SendAsync(WsmqAddress.User("bob"), 1);
        // A busy machine may need longer for the delivery than a short token lives: then again with one that lives longer.
        var arrived = false;
        for (var seconds = 2; !arrived; seconds *= 2)
        {
            await using var brief = PlainClient.Create(node.Hub, TestTokens.For("bob", lifetime: TimeSpan.FromSeconds(seconds)), ack: false);
            try
            {
                await brief.Connection.StartAsync();
            }
            catch (Exception) when (seconds < 60)
            {
                // The token had expired before it was validated.
                continue;
            }

            await Eventually.That("the connection has ended", () => brief.Connection.State == HubConnectionState.Disconnected);
            arrived = brief.Bodies is ["1"];
            await HasLeftAsync(node);
        }

        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync("1");
        bob.DeadLettered.Should().BeEmpty();
    }

    [Fact]
    public async Task A_connection_that_its_client_ends_without_an_ack_is_a_failed_attempt()
    {
        await using var node = await StartAsync(o => o.DeadLetters.MaxSilentAttempts = 1);
        await node.Publisher.SendAsync(WsmqAddress.User("bob"), 1);
        using (var socket = await ConnectAsync(node, TestNode.HubPath, TestTokens.For("bob")))
        {
            await DeliveryBeginsAsync(socket);
            socket.Abort();
        }

        await HasLeftAsync(node);
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await Eventually.That("the client is notified of the dead letter", () => bob.DeadLettered.Count == 1);
    }

    // Reads no more than the start of the first delivery. Before it, the connection may not be registered yet.
    private static async Task DeliveryBeginsAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        var seen = string.Empty;
        while (!seen.Contains("Receive", StringComparison.Ordinal))
            seen = Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(new ArraySegment<byte>(buffer), default)).Count);
    }

    private static Task HasLeftAsync(TestNode node) => Eventually.That(
        "the connection has ended", () => node.Services.GetRequiredService<ConnectionRegistry>().IsEmpty);

    private static async Task<ClientWebSocket> ConnectAsync(TestNode node, string path, string token)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        await socket.ConnectAsync(new Uri($"ws://{node.Address.Authority}{path}"), default);
        await socket.SendAsync("{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, default);
        return socket;
    }

    // Small socket buffers, so that data that the server has written is soon on the network.
    private Task<TestNode> StartAsync(Action<WsmqOptions> options, Action<WebApplication>? endpoints = null) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        options,
        b => b.WebHost.UseSockets(o => o.CreateBoundListenSocket = endpoint =>
        {
            var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 16 * 1024 };
            socket.Bind(endpoint);
            return socket;
        }),
        endpoints);
}
