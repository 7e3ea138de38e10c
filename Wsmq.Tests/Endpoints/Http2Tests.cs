using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Lifecycle;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>WebSockets over HTTP/2, which start with CONNECT instead of an upgrade, with and without TLS.</summary>
public sealed class Http2Tests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly X509Certificate2 _certificate = TestCertificate.Make();
    private readonly HttpMessageInvoker _http;
    private string _seen = "";

    public Http2Tests() => _http = new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => _certificate.Equals(certificate) },
    });

    public void Dispose()
    {
        _http.Dispose();
        _certificate.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true, "", false)]
    [InlineData(true, "/base", false)]
    [InlineData(true, "", true)]
    [InlineData(false, "", false)]
    [InlineData(false, "/base", false)]
    public async Task A_client_over_HTTP_2_sends_and_receives(bool tls, string pathBase, bool compressed)
    {
        await using var node = await StartAsync(tls, pathBase, compressed);
        await using var bob = await TypedClient.StartAsync(new Uri(node.Address, pathBase + TestNode.HubPath), "bob", configure: o =>
            o.ConfigureHttp = http => http.WebSocketFactory = async (connection, cancellationToken) => await OpenAsync(connection, compressed, cancellationToken));

        await bob.SendAsync("user:bob", Enumerable.Range(0, 200));

        await bob.HandlesAsync(Enumerable.Range(0, 200));
        _seen.Should().Be("HTTP/2 CONNECT");
    }

    [Theory]
    [InlineData(true, "own", true, HttpStatusCode.OK)]
    [InlineData(true, "own", false, HttpStatusCode.OK)]
    [InlineData(true, null, true, HttpStatusCode.OK)]
    [InlineData(true, "https://evil.example", true, HttpStatusCode.Forbidden)]
    [InlineData(false, "own", true, HttpStatusCode.OK)]
    [InlineData(false, "https://evil.example", true, HttpStatusCode.Forbidden)]
    public async Task A_browser_is_accepted_only_from_its_own_origin(bool tls, string? origin, bool inQuery, HttpStatusCode status)
    {
        await using var node = await StartAsync(tls);

        var refused = await RefusalAsync(node, TestTokens.For("bob"), inQuery, origin == "own" ? node.Address.GetLeftPart(UriPartial.Authority) : origin);

        refused.Status.Should().Be(status);
        _seen.Should().Be("HTTP/2 CONNECT");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_without_a_valid_token_is_refused(bool inQuery)
    {
        await using var node = await StartAsync(tls: true);

        (await RefusalAsync(node, "x", inQuery)).Status.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_with_default_settings_reports_that_it_cannot_use_an_HTTP_2_only_port(bool tls)
    {
        await using var node = await StartAsync(tls, only: true);
        var failed = new TaskCompletionSource<WsmqConnectFailedEventArgs>();
        await using var client = new WsmqClient(node.Hub, o => o.ConfigureHttp = http => http.WebSocketConfiguration = socket =>
            socket.RemoteCertificateValidationCallback = (_, certificate, _, _) => _certificate.Equals(certificate));
        client.ConnectFailed += (_, e) => failed.TrySetResult(e);
        var start = client.StartAsync();

        var failure = await failed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await client.StopAsync();

        failure.RetryAfter.Should().NotBeNull("another server may answer next time");
        failure.Cause.Should().Contain(tls ? "ended prematurely" : "it takes HTTP/2 only");
        await start.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_draining_node_refuses_the_connection_with_Retry_After()
    {
        await using var node = await StartAsync(tls: true);
        node.Services.GetRequiredService<DrainState>().Refuse();

        var refused = await RefusalAsync(node, TestTokens.For("bob"), inQuery: false);

        refused.Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        refused.RetryAfter.Should().Be("1");
    }

    [Fact]
    public async Task A_node_that_stops_does_not_wait_for_the_drain_timeout()
    {
        await using var node = await StartAsync(tls: true, drain: TimeSpan.FromMinutes(10));
        await using var bob = await TypedClient.StartAsync(node.Hub, "bob", configure: o =>
            o.ConfigureHttp = http => http.WebSocketFactory = async (connection, cancellationToken) => await OpenAsync(connection, compressed: false, cancellationToken));

        // The client reconnects when asked to; nothing else ends this within the test's time.
        await node.DisposeAsync();

        await Eventually.That("the client is reconnecting", () => bob.States.Contains(WsmqClientState.Reconnecting));
    }

    // SignalR's client does not pass an HttpMessageInvoker to a WebSocket that it opens without a negotiation.
    private async Task<ClientWebSocket> OpenAsync(WebSocketConnectionContext connection, bool compressed, CancellationToken cancellationToken)
    {
        var socket = Socket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {await connection.Options.AccessTokenProvider!()}");
        socket.Options.DangerousDeflateOptions = compressed ? new() : null;
        await socket.ConnectAsync(connection.Uri, _http, cancellationToken);
        return socket;
    }

    private async Task<(HttpStatusCode Status, string? RetryAfter)> RefusalAsync(TestNode node, string token, bool inQuery, string? origin = null)
    {
        using var socket = Socket();
        await SocketStatus.ConnectAsync(socket, node.Hub, origin, token, inQuery, _http);
        return (socket.HttpStatusCode, socket.HttpResponseHeaders?.FirstOrDefault(h => h.Key == "Retry-After").Value?.Single());
    }

    private static ClientWebSocket Socket() =>
        new() { Options = { HttpVersion = HttpVersion.Version20, HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };

    private Task<TestNode> StartAsync(bool tls, string pathBase = "", bool compressed = false, TimeSpan drain = default, bool only = false) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => (o.Drain.Timeout, o.Drain.Spread) = (drain, TimeSpan.Zero),
        services: b => b.WebHost.UseKestrelHttpsConfiguration().UseUrls($"{(tls ? "https" : "http")}://127.0.0.1:0").ConfigureKestrel(k =>
        {
            k.ConfigureEndpointDefaults(e => e.Protocols = tls && !only ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http2);
            k.ConfigureHttpsDefaults(h => h.ServerCertificate = _certificate);
        }),
        endpoints: a =>
        {
            a.Use((context, next) =>
            {
                _seen = $"{context.Request.Protocol} {context.Request.Method}";
                return next(context);
            });
            if (pathBase.Length > 0)
                a.UsePathBase(pathBase).UseRouting().UseAuthentication().UseAuthorization();
            if (compressed)
                a.UseCompressedSockets();
        });
}
