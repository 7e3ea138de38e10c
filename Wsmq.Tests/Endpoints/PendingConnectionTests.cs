using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Limits;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>Connections count as pending from their first request, and free their slot when they are accepted or closed.</summary>
public sealed class PendingConnectionTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<ClientWebSocket> _sockets = [];

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Connections_without_a_handshake_are_limited_per_user()
    {
        await using var node = await StartAsync(l => l.PendingConnectionsPerUser = 3);

        var statuses = await OpenAsync(node, "alice", 5);

        statuses.Should().Equal(Enumerable.Repeat(HttpStatusCode.SwitchingProtocols, 3).Concat(Enumerable.Repeat(HttpStatusCode.TooManyRequests, 2)));
        _sockets[^1].HttpResponseHeaders!.Should().ContainKey("Retry-After");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        _sockets[0].Dispose();
        await Eventually.That("a slot is free", () => PendingOf(node) == 2);
        (await OpenAsync(node, "alice", 1)).Should().Equal(HttpStatusCode.SwitchingProtocols);
    }

    [Fact]
    public async Task Connections_without_a_user_identifier_are_limited_per_remote_address()
    {
        await using var node = await StartAsync(l => l.PendingConnectionsPerAddress = 1);

        (await OpenAsync(node, null, 2)).Should().Equal(HttpStatusCode.SwitchingProtocols, HttpStatusCode.TooManyRequests);
        (await OpenAsync(node, "alice", 1)).Should().Equal(HttpStatusCode.SwitchingProtocols);
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("fe80::1%3", "fe80::2%3", true)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public async Task IPv6_addresses_are_limited_per_64_bit_network(string first, string second, bool isOne)
    {
        await using var node = await StartAsync(l => l.PendingConnectionsPerAddress = 1);
        Enter(first);

        var enter = () => Enter(second);

        if (isOne)
            enter.Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.TooManyConnections);
        else
            enter.Should().NotThrow();

        void Enter(string address)
        {
            var request = new DefaultHttpContext();
            request.Connection.RemoteIpAddress = IPAddress.Parse(address);
            node.Services.GetRequiredService<PendingConnections>().Enter(null, request);
        }
    }

    [Fact]
    public async Task Pending_connections_are_limited_per_node()
    {
        await using var node = await StartAsync(l => l.PendingConnectionsPerNode = 2);

        foreach (var (user, status) in new[] { ("a", 101), ("b", 101), ("c", 429) })
            (await OpenAsync(node, user, 1)).Should().Equal((HttpStatusCode)status);
    }

    [Fact]
    public async Task A_connection_without_a_handshake_in_time_is_closed_with_an_error()
    {
        await using var node = await StartAsync(l => l.HandshakeTimeout = TimeSpan.FromSeconds(1));
        await OpenAsync(node, "alice", 1);

        (await ReadAsync(_sockets[0])).Should().Contain("No handshake within 1 seconds");
        await Eventually.That("its slot is free", () => PendingOf(node) == 0);
    }

    [Fact]
    public async Task A_first_frame_larger_than_a_handshake_closes_the_connection()
    {
        await using var node = await StartAsync(_ => { });
        await OpenAsync(node, "alice", 1);
        await _sockets[0].SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"" + new string('x', 5_000)), WebSocketMessageType.Text, false, default);

        (await ReadAsync(_sockets[0])).Should().Contain("at most 4096 bytes");
        await Eventually.That("its slot is free", () => PendingOf(node) == 0);
    }

    [Fact]
    public async Task Negotiations_count_until_they_are_opened_or_expire()
    {
        await using var node = await StartAsync(l => l.PendingConnectionsPerUser = 2);
        var token = await PollingClient.NegotiateAsync(node.Hub, TestTokens.For("alice"));
        await PollingClient.NegotiateAsync(node.Hub, TestTokens.For("alice"));
        (await NegotiateAsync(node, "alice")).Should().Be(HttpStatusCode.TooManyRequests);
        (await OpenAsync(node, "alice", 1)).Should().Equal(HttpStatusCode.TooManyRequests);

        await using var opened = await RawClient.ConnectAsync(node, "alice", $"&id={Uri.EscapeDataString(token)}");
        await Eventually.That("the accepted one does not count", () => PendingOf(node) <= 1);
        await Eventually.That("the other one has expired", () => PendingOf(node) == 0);
        (await NegotiateAsync(node, "alice")).Should().Be(HttpStatusCode.OK);
        opened.Ended.Should().BeFalse();
    }

    [Fact]
    public async Task A_negotiated_connection_can_be_opened_once_and_a_second_attempt_frees_no_slot()
    {
        await using var node = await StartAsync(l => l.PendingConnectionsPerUser = 1);
        var token = await PollingClient.NegotiateAsync(node.Hub, TestTokens.For("alice"));

        var statuses = await OpenAsync(node, "alice", 2, $"&id={Uri.EscapeDataString(token)}");

        statuses.Should().Equal(HttpStatusCode.SwitchingProtocols, HttpStatusCode.NotFound);
        PendingOf(node).Should().Be(1);
    }

    [Fact]
    public async Task An_accepted_connection_does_not_count_as_pending()
    {
        await using var node = await StartAsync(l => l.PendingConnectionsPerUser = 1);
        for (var i = 0; i < 4; i++)
        {
            var client = await RawClient.ConnectAsync(node, "alice", $"&device=d{i}");
            await using var end = client;
            await Eventually.That("it is accepted", () => PendingOf(node) == 0);
        }
    }

    [Fact]
    public async Task A_refused_connection_counts_as_pending_until_it_is_closed()
    {
        await using var node = await StartAsync(l => l.PendingConnectionsPerUser = 1);
        await OpenAsync(node, "alice", 1);
        node.Services.GetRequiredService<DrainState>().Refuse();

        await _sockets[0].SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, default);

        var said = string.Empty;
        while (!said.Contains("stopping", StringComparison.Ordinal))
            said += await ReadAsync(_sockets[0]);
        PendingOf(node).Should().Be(1, "it was told the reason and is still open");
        await Eventually.That("the server ends it", () => PendingOf(node) == 0);
    }

    private static int PendingOf(TestNode node) => node.Services.GetRequiredService<PendingConnections>().Count;

    private static async Task<HttpStatusCode> NegotiateAsync(TestNode node, string user)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", TestTokens.For(user));
        using var response = await http.PostAsync(node.Hub + "/negotiate?negotiateVersion=1", null);
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
            WsmqError.Find(await response.Content.ReadAsStringAsync()).Should().Be(WsmqErrors.TooManyConnections);
        return response.StatusCode;
    }

    private static async Task<string> ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1024];
        var read = await socket.ReceiveAsync(buffer, default);
        return Encoding.UTF8.GetString(buffer, 0, read.Count);
    }

    // A negotiation that is never opened expires when SignalR's DisconnectTimeout has passed.
    private Task<TestNode> StartAsync(Action<WsmqLimitOptions> limits) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => limits(o.Limits),
        services: b => b.Services.Configure<ConnectionOptions>(o => o.DisconnectTimeout = TimeSpan.FromSeconds(5)));

    private async Task<IReadOnlyList<HttpStatusCode>> OpenAsync(TestNode node, string? user, int count, string query = "")
    {
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < count; i++)
        {
            var socket = new ClientWebSocket();
            _sockets.Add(socket);
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.SetRequestHeader("Authorization", $"Bearer {TestTokens.For(user)}");
            try
            {
                await socket.ConnectAsync(new UriBuilder(node.Hub) { Scheme = "ws", Query = query.TrimStart('&') }.Uri, default);
            }
            catch (WebSocketException)
            {
                // The caller checks the status code.
            }

            statuses.Add(socket.HttpStatusCode);
        }

        return statuses;
    }
}
