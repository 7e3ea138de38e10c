using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>The hub in a group of routes, at several paths, and with compression enabled by the app.</summary>
public sealed class MappingTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordedLogs _logs = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/wsmq")]
    [InlineData("/other")]
    [InlineData("/api/wsmq")]
    [InlineData("/api/v1/wsmq")]
    public async Task A_client_sends_and_receives_at_every_mapped_path(string path)
    {
        await using var node = await StartAsync();
        await using var bob = await TypedClient.StartAsync(new Uri(node.Address, path), "bob");
        await using var alice = await TypedClient.StartAsync(node.Hub, "alice");

        await alice.SendAsync("user:bob", Enumerable.Range(0, 20));

        await bob.HandlesAsync(Enumerable.Range(0, 20));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Under_a_path_base_without_UseRouting_requests_fail_and_the_log_names_the_missing_call(bool inQuery)
    {
        await using var node = await TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")), o => o.Endpoint.AcceptTokenInQuery = true,
            services: b => b.Logging.AddProvider(_logs), endpoints: a => a.UsePathBase("/base"));

        async Task<HttpStatusCode> OpenAsync(string path) => await SocketStatus.OfAsync(new Uri(node.Address, path), null, TestTokens.For("bob"), inQuery);

        (await OpenAsync("/wsmq")).Should().Be(HttpStatusCode.SwitchingProtocols);
        (await OpenAsync("/base/wsmq")).Should().Be(HttpStatusCode.InternalServerError, "no request is accepted without authentication");
        _logs.All.Should().Contain(l => l.Contains("UseAuthorization", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/api/wsmq", true)]
    [InlineData("/other", true)]
    [InlineData("/elsewhere", false)]
    public async Task A_token_in_the_query_is_read_at_every_mapped_path_and_nowhere_else(string path, bool gets)
    {
        await using var node = await StartAsync();
        using var socket = new ClientWebSocket();
        var url = new Uri($"ws://{node.Address.Authority}{path}?access_token={TestTokens.For("bob")}");

        var connect = () => socket.ConnectAsync(url, default);

        if (gets)
            await connect.Should().NotThrowAsync();
        else
            await connect.Should().ThrowAsync<WebSocketException>();
    }

    [Fact]
    public async Task A_request_for_a_wrong_path_is_logged_with_all_paths_of_the_hub()
    {
        await using var node = await StartAsync();
        using var socket = new ClientWebSocket();

        var connect = () => socket.ConnectAsync(new Uri($"ws://{node.Address.Authority}/api"), default);

        await connect.Should().ThrowAsync<WebSocketException>();
        await Eventually.That("the line is logged", () => _logs.All.Any(l => l.Contains("/wsmq, /other, /api/wsmq, /api/v1/wsmq;")));
    }

    [Fact]
    public async Task Compressed_frames_arrive_whole()
    {
        await using var node = await StartAsync(compressed: true);
        await using var bob = await TypedClient.StartAsync(node.Hub, "bob", configure: o =>
            o.ConfigureHttp = http => http.WebSocketConfiguration = socket => socket.DangerousDeflateOptions = new WebSocketDeflateOptions());

        await bob.SendAsync("user:bob", Enumerable.Range(0, 200));

        await bob.HandlesAsync(Enumerable.Range(0, 200));
        (await ExtensionsAsync(node)).Should().Contain("permessage-deflate");
    }

    private static async Task<string> ExtensionsAsync(TestNode node)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        await socket.ConnectAsync(new Uri($"ws://{node.Hub.Authority}{TestNode.HubPath}?access_token={TestTokens.For("bob")}"), default);
        return string.Join(", ", socket.HttpResponseHeaders!["Sec-WebSocket-Extensions"]);
    }

    private Task<TestNode> StartAsync(bool compressed = false) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => o.Endpoint.AcceptTokenInQuery = true,
        services: b => b.Logging.AddProvider(_logs),
        endpoints: a =>
        {
            a.MapWsmq("/other");
            var api = a.MapGroup("/api");
            api.MapWsmq();
            api.MapGroup("/v1").MapWsmq();
            a.MapGet("/elsewhere", () => "x").RequireAuthorization();
            if (compressed)
                a.UseCompressedSockets();
        });
}
