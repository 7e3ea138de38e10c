using System.Net;
using Wsmq.Server.Hosting;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>Which pages may connect in a browser, by negotiation and by WebSocket, with and without a token.</summary>
public sealed class OriginTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>OWN is replaced by the address of the node, PORT by its port.</summary>
    public static TheoryData<string?, string[], bool> Origins => new()
    {
        { null, [], true },
        { "OWN", [], true },
        { "https://127.0.0.1:PORT", [], true },
        { "http://localhost:PORT", [], false },
        { "http://127.0.0.1", [], false },
        { "https://evil.example", [], false },
        { "null", [], false },
        { "", [], false },
        { "evil", [], false },
        { "file://", [], false },
        { "OWN.evil.example", [], false },
        { "https://evil.example", ["https://app.example"], false },
        { "https://app.example.evil.example", ["https://app.example"], false },
        { "http://app.example", ["https://app.example"], false },
        { "https://app.example:8443", ["https://app.example"], false },
        { "https://app.example", ["https://other.example", "https://app.example"], true },
        { "https://APP.example", ["https://app.example:443/"], true },
        { "capacitor://localhost", ["capacitor://localhost"], true },
        { "OWN", ["https://app.example"], true },
        { "https://anybody.example", ["*"], true },
        { "null", ["*"], true },
        { "null", ["null"], true },
        { "file://", ["file://"], true },
        { "file://", ["null"], false },
        { "file:///", ["file://"], false },
        { "file:///", ["file:///"], true },
        { "app://.", ["app://."], true },
        { "tauri://localhost", ["tauri://localhost"], true },
        { "ionic://localhost", ["capacitor://localhost"], false },
        { "chrome-extension://abcdefghijklmnop", ["chrome-extension://abcdefghijklmnop"], true },
        { "app://-", ["app://-", "https://app.example"], true },
        { "null", ["file://", "https://app.example"], false },
    };

    [Theory]
    [MemberData(nameof(Origins))]
    public async Task Only_pages_of_the_same_or_an_allowed_origin_may_connect(string? origin, string[] allowed, bool lets)
    {
        await using var node = await StartAsync(allowed);
        var text = origin?.Replace("OWN", node.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace("PORT", $"{node.Address.Port}", StringComparison.Ordinal);

        foreach (var token in new[] { TestTokens.For("bob"), null })
        {
            var good = token is null ? HttpStatusCode.Unauthorized : HttpStatusCode.OK;
            var (status, body) = await NegotiateAsync(node, text, token);
            status.Should().Be(lets ? good : HttpStatusCode.Forbidden);
            if (!lets)
                WsmqError.Find(body).Should().Be(WsmqErrors.OriginNotAllowed);
            var expected = !lets ? HttpStatusCode.Forbidden : token is null ? HttpStatusCode.Unauthorized : HttpStatusCode.SwitchingProtocols;
            (await SocketStatus.OfAsync(node.Hub, text, token)).Should().Be(expected);
        }
    }

    [Theory]
    [InlineData("app.example", "https://app.example", true)]
    [InlineData("app.example:443", "https://app.example", true)]
    [InlineData("APP.example:443", "https://app.EXAMPLE", true)]
    [InlineData("app.example", "https://app.example:443", true)]
    [InlineData("app.example:80", "http://app.example", true)]
    [InlineData("app.example:8443", "https://app.example:8443", true)]
    [InlineData("[::1]:443", "https://[::1]", true)]
    [InlineData("xn--bcher-kva.example:443", "https://xn--bcher-kva.example", true)]
    [InlineData("app.example:8443", "https://app.example", false)]
    [InlineData("app.example", "https://app.example:8443", false)]
    [InlineData("app.example:80", "https://app.example", false)]
    [InlineData("app.example:443", "http://app.example", false)]
    [InlineData("app.example.", "https://app.example", false)]
    [InlineData("app.example:443", "https://app.example.evil.example", false)]
    [InlineData("evil.example:443", "https://app.example", false)]
    public async Task The_Host_header_may_contain_the_default_port_of_the_scheme(string host, string origin, bool lets)
    {
        await using var node = await StartAsync([]);

        (await NegotiateAsync(node, origin, TestTokens.For("bob"), host: host)).Status.Should().Be(lets ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        (await SocketStatus.OfAsync(node.Hub, origin, TestTokens.For("bob"), host: host))
            .Should().Be(lets ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_request_with_two_Origin_headers_is_refused()
    {
        await using var node = await StartAsync(["https://app.example"]);
        (await NegotiateAsync(node, "https://app.example", TestTokens.For("bob"), "https://evil.example")).Status
            .Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("app.example")]
    [InlineData("https://app.example/path")]
    [InlineData("https://*.example")]
    [InlineData("https://")]
    [InlineData("Null")]
    [InlineData("://x")]
    [InlineData("file:// ")]
    [InlineData("app://a/b")]
    [InlineData("app://*")]
    [InlineData("")]
    [InlineData("https://user@app.example")]
    public void An_invalid_allowed_origin_is_refused_by_the_options_validation(string text)
    {
        var options = new WsmqOptions();
        options.Endpoint.AllowedOrigins.Add(text);
        new WsmqOptionsValidation().Validate(null, options).FailureMessage.Should().Contain($"AllowedOrigins holds '{text}'");
    }

    private Task<TestNode> StartAsync(string[] allowed) => TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), o =>
    {
        foreach (var origin in allowed)
            o.Endpoint.AllowedOrigins.Add(origin);
    });

    private static async Task<(HttpStatusCode Status, string Body)> NegotiateAsync(
        TestNode node, string? origin, string? token, string? second = null, string? host = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, node.Hub + "/negotiate?negotiateVersion=1");
        foreach (var text in new[] { origin, second }.OfType<string>())
            request.Headers.TryAddWithoutValidation("Origin", text);
        request.Headers.Host = host;
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
