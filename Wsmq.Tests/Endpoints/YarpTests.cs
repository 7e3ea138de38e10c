using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;
using Yarp.ReverseProxy.Configuration;

namespace Wsmq.Tests.Endpoints;

/// <summary>A node behind YARP, under a path prefix that the proxy removes.</summary>
public sealed class YarpTests : IAsyncLifetime
{
    private const string Prefix = "/shop";
    private readonly TempFolder _folder = new();
    private TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")));

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true, HttpStatusCode.SwitchingProtocols)]
    [InlineData(false, HttpStatusCode.Forbidden)]
    public async Task Messages_pass_and_pages_of_the_same_origin_are_accepted_only_if_the_proxy_passes_the_host_header(bool passesHost, HttpStatusCode page)
    {
        await using var proxy = await StartAsync(passesHost);
        var hub = new Uri($"{proxy.Urls.Single()}{Prefix}{TestNode.HubPath}");
        await using var bob = await TypedClient.StartAsync(hub, "bob");
        await using var alice = await TypedClient.StartAsync(hub, "alice");

        await alice.SendAsync("user:bob", Enumerable.Range(0, 200));

        await bob.HandlesAsync(Enumerable.Range(0, 200));
        (await SocketStatus.OfAsync(hub, hub.GetLeftPart(UriPartial.Authority), TestTokens.For("bob"), inQuery: true)).Should().Be(page);
        (await SocketStatus.OfAsync(hub, "https://evil.example", TestTokens.For("bob"), inQuery: true)).Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Over_TLS_messages_pass_and_pages_of_the_same_origin_are_accepted_with_HTTP_1_and_HTTP_2(string version)
    {
        using var certificate = TestCertificate.Make();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, other, _, _) => certificate.Equals(other) },
        });
        await using var proxy = await StartAsync(passesHost: true, certificate);
        var hub = new Uri($"{proxy.Urls.Single()}{Prefix}{TestNode.HubPath}");
        await using var bob = await TypedClient.StartAsync(hub, "bob", configure: o => o.ConfigureHttp = h => h.WebSocketFactory = async (connection, ct) =>
        {
            var socket = Socket(version);
            socket.Options.SetRequestHeader("Authorization", $"Bearer {await connection.Options.AccessTokenProvider!()}");
            await socket.ConnectAsync(connection.Uri, http, ct);
            return socket;
        });

        await bob.SendAsync("user:bob", Enumerable.Range(0, 200));

        await bob.HandlesAsync(Enumerable.Range(0, 200));
        foreach (var (origin, status) in new[] { (hub.GetLeftPart(UriPartial.Authority), version == "2.0" ? HttpStatusCode.OK : HttpStatusCode.SwitchingProtocols), ("https://evil.example", HttpStatusCode.Forbidden) })
        {
            using var page = Socket(version);
            await SocketStatus.ConnectAsync(page, hub, origin, TestTokens.For("bob"), inQuery: true, http);
            page.HttpStatusCode.Should().Be(status, origin);
        }
    }

    private static ClientWebSocket Socket(string version) =>
        new() { Options = { HttpVersion = Version.Parse(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };

    private async Task<WebApplication> StartAsync(bool passesHost, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        if (certificate is null)
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        else
            builder.WebHost.UseKestrelHttpsConfiguration().UseUrls("https://127.0.0.1:0").ConfigureKestrel(k => k.ConfigureHttpsDefaults(h => h.ServerCertificate = certificate));
        builder.Logging.ClearProviders();
        var route = new RouteConfig
        {
            RouteId = "app",
            ClusterId = "app",
            Match = new RouteMatch { Path = Prefix + "/{**rest}" },
            Transforms =
            [
                new Dictionary<string, string> { ["PathRemovePrefix"] = Prefix },
                new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = passesHost ? "true" : "false" },
            ],
        };
        var cluster = new ClusterConfig
        {
            ClusterId = "app",
            Destinations = new Dictionary<string, DestinationConfig> { ["node"] = new() { Address = _node.Address.ToString() } },
        };
        builder.Services.AddReverseProxy().LoadFromMemory([route], [cluster]);
        var proxy = builder.Build();
        proxy.MapReverseProxy();
        await proxy.StartAsync();
        return proxy;
    }
}
