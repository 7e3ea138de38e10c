using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>By default only WebSockets are allowed, and a request for another transport is refused with the remedy.</summary>
public sealed class TransportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("GET", "*/*", "", HttpStatusCode.UpgradeRequired)]
    [InlineData("GET", "*/*", "?id=x", HttpStatusCode.UpgradeRequired)]
    [InlineData("GET", "text/event-stream", "?id=x", HttpStatusCode.UpgradeRequired)]
    [InlineData("POST", "*/*", "?id=x", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "*/*", "?id=x", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "*/*", "", HttpStatusCode.MethodNotAllowed)]
    public async Task Another_transport_is_refused_with_the_remedy(string method, string accept, string query, HttpStatusCode status)
    {
        var logs = new RecordedLogs();
        await using var node = await StartAsync(logs: logs);
        using var http = new HttpClient();
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), node.Hub + query);
            request.Headers.Authorization = new("Bearer", TestTokens.For("bob"));
            request.Headers.Accept.ParseAdd(accept);
            using var response = await http.SendAsync(request);

            response.StatusCode.Should().Be(status);
            WsmqError.Find(await response.Content.ReadAsStringAsync()).Should().Be(WsmqErrors.TransportNotAllowed);
        }

        logs.All.Should().ContainSingle(l => l.Contains("MapWsmq must allow the transport"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_refused_request_leaves_its_TCP_connection_open(string method)
    {
        await using var node = await StartAsync();
        var connections = 0;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                connections++;
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        http.DefaultRequestHeaders.Authorization = new("Bearer", TestTokens.For("bob"));
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), node.Hub + "?id=x");
            using var response = await http.SendAsync(request);
            WsmqError.Find(await response.Content.ReadAsStringAsync()).Should().Be(WsmqErrors.TransportNotAllowed);
        }

        connections.Should().Be(1);
    }

    [Fact]
    public async Task The_negotiation_offers_only_WebSockets_and_a_long_polling_client_does_not_connect()
    {
        await using var node = await StartAsync();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", TestTokens.For("bob"));
        using var response = await http.PostAsync(node.Hub + "/negotiate?negotiateVersion=1", null);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("availableTransports").EnumerateArray()
            .Select(t => t.GetProperty("transport").GetString()).Should().Equal("WebSockets");

        await using var client = new HubConnectionBuilder().WithUrl(
            node.Hub, HttpTransportType.LongPolling, o => o.AccessTokenProvider = () => Task.FromResult<string?>(TestTokens.For("bob"))).Build();
        var start = () => client.StartAsync();
        await start.Should().ThrowAsync<Exception>();
    }

    [Theory]
    [InlineData(HttpTransportType.LongPolling)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.WebSockets)]
    public async Task A_transport_enabled_by_the_app_delivers_messages(HttpTransportType transport)
    {
        await using var node = await StartAsync(transport);
        await using var client = new HubConnectionBuilder().WithUrl(
            node.Hub, transport, o => o.AccessTokenProvider = () => Task.FromResult<string?>(TestTokens.For("bob"))).Build();
        var received = 0;
        client.On<WsmqDelivery>("Receive", _ => Interlocked.Increment(ref received));
        await client.StartAsync();

        await client.InvokeAsync<WsmqReceipt>("Send", new { to = "user:bob", body = 1 });

        await Eventually.That("it is delivered", () => received == 1);
    }

    [Fact]
    public async Task Stateful_reconnect_is_refused_at_startup()
    {
        var start = () => StartAsync(configure: o => o.AllowStatefulReconnects = true);
        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*AllowStatefulReconnects*");
    }

    private Task<TestNode> StartAsync(
        HttpTransportType? transports = null, RecordedLogs? logs = null, Action<HttpConnectionDispatcherOptions>? configure = null) =>
        TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")),
            services: b => b.Logging.AddProvider(logs ?? new RecordedLogs()),
            map: o =>
            {
                o.Transports = transports ?? o.Transports;
                configure?.Invoke(o);
            });
}
