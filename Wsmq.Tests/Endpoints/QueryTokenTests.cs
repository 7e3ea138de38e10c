using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>AcceptTokenInQuery reads a browser's token from the query, only of requests to the hub, at any path it is mapped to.</summary>
public sealed class QueryTokenTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordedLogs _logs = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "/wsmq")]
    [InlineData("", "/WSMQ/")]
    [InlineData("/base", "/wsmq")]
    public async Task A_WebSocket_with_its_token_in_the_query_is_accepted(string pathBase, string path)
    {
        await using var node = await StartAsync(accept: true, pathBase);
        var token = TestTokens.For("bob");

        (await OpenAsync(node, $"{pathBase}{path}?access_token={token}&device=web")).Should().Be(HttpStatusCode.SwitchingProtocols);
        (await OpenAsync(node, $"{pathBase}{path}?access_token=x")).Should().Be(HttpStatusCode.Unauthorized);

        // Kestrel logs the request line at Information before any part of the app runs: docs/operations.md describes how to turn that off.
        _logs.All.Where(l => l.Contains(token) && !l.StartsWith("Request starting", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_token_in_the_query_of_another_path_does_not_authenticate()
    {
        await using var node = await StartAsync(accept: true);
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(node.Address, $"/other?access_token={TestTokens.For("bob")}"));

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_in_the_header_takes_precedence_over_the_query()
    {
        await using var node = await StartAsync(accept: true);
        await using var bob = PlainClient.Create(new Uri(node.Hub, $"?access_token={TestTokens.For("mallory")}"), TestTokens.For("bob"));
        await bob.Connection.StartAsync();

        await bob.SendAsync("user:bob", 1);

        await bob.ReceivesAsync("1");
        bob.Received[0].Sender.Should().Be("bob");
    }

    [Fact]
    public async Task An_ignored_token_in_the_query_is_logged_once_with_the_option_to_set()
    {
        await using var node = await StartAsync(accept: false);

        for (var i = 0; i < 3; i++)
            (await OpenAsync(node, $"/wsmq?access_token={TestTokens.For("bob")}")).Should().Be(HttpStatusCode.Unauthorized);

        _logs.All.Should().ContainSingle(l => l.Contains("set WsmqOptions.Endpoint.AcceptTokenInQuery"));
    }

    [Theory]
    [InlineData("/wsmq", null, HttpStatusCode.Unauthorized, "came without credentials")]
    [InlineData("/wsmq", "Bearer x", HttpStatusCode.Unauthorized, "credentials were refused")]
    [InlineData("/wsmq/hub", "bob", HttpStatusCode.NotFound, "/wsmq/hub got 404: nothing is mapped there. The hub is mapped at /wsmq, /policy;")]
    [InlineData("/wsqm", "bob", HttpStatusCode.NotFound, "/wsqm got 404")]
    [InlineData("/", "bob", HttpStatusCode.NotFound, "got 404")]
    [InlineData("/policy", "bob", HttpStatusCode.Forbidden, "a policy that the app requires")]
    public async Task A_request_refused_before_the_hub_is_logged_once(string path, string? credentials, HttpStatusCode status, string text)
    {
        await using var node = await StartAsync(accept: false);
        var header = credentials == "bob" ? $"Bearer {TestTokens.For("bob")}" : credentials;

        for (var i = 0; i < 3; i++)
            (await OpenAsync(node, path, header)).Should().Be(status);

        await Eventually.That("the line is logged", () => _logs.All.Any(l => l.Contains(text)));
        _logs.All.Should().ContainSingle(l => l.Contains(text));
    }

    [Theory]
    [InlineData(9_000, HttpStatusCode.RequestUriTooLong)]
    [InlineData(40_000, HttpStatusCode.RequestHeaderFieldsTooLarge)]
    public async Task A_token_too_long_for_the_server_is_logged_once(int length, HttpStatusCode status)
    {
        await using var node = await StartAsync(accept: true);
        var token = new string('x', length);

        for (var i = 0; i < 3; i++)
        {
            var inQuery = status == HttpStatusCode.RequestUriTooLong;
            (await OpenAsync(node, inQuery ? $"/wsmq?access_token={token}" : "/wsmq", inQuery ? null : $"Bearer {token}")).Should().Be(status);
        }

        _logs.All.Should().ContainSingle(l => l.Contains($"refused a request with {(int)status}") && l.Contains("MaxRequestLineSize"));
    }

    [Fact]
    public async Task A_user_without_an_identifier_is_logged_with_the_remedy()
    {
        await using var node = await StartAsync(accept: true, mapClaims: false);
        await using var bob = PlainClient.Create(node.Hub, TestTokens.For("bob"));
        await bob.Connection.StartAsync();

        await Eventually.That("it is closed", () => bob.Closed is not null);
        _logs.All.Should().ContainSingle(l => l.Contains("register an IUserIdProvider"));
    }

    private static async Task<HttpStatusCode> OpenAsync(TestNode node, string path, string? authorization = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (authorization is not null)
            socket.Options.SetRequestHeader("Authorization", authorization);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{node.Address.Authority}{path}"), default);
        }
        catch (WebSocketException)
        {
            // The caller checks the status code.
        }

        return socket.HttpStatusCode;
    }

    private Task<TestNode> StartAsync(bool accept, string pathBase = "", bool mapClaims = true) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => o.Endpoint.AcceptTokenInQuery = accept,
        services: b =>
        {
            b.Logging.AddProvider(_logs);
            b.Services.AddAuthorization();
            b.Services.PostConfigure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, o =>
            {
                o.Events = new();
                o.MapInboundClaims = mapClaims;
            });
        },
        endpoints: a =>
        {
            if (pathBase.Length > 0)
                a.UsePathBase(pathBase).UseRouting().UseAuthentication().UseAuthorization();
            a.MapWsmq("/policy").RequireAuthorization(p => p.RequireClaim("never"));
            a.MapGet("/other", () => "x").RequireAuthorization();
        });
}
