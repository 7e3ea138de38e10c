using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>What a client that cannot connect reports: against a real node, and for network errors.</summary>
public sealed class RefusedStartTests : IAsyncLifetime
{
    private static readonly Uri Hub = new("https://example.test/wsmq");
    private readonly TempFolder _folder = new();
    private TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")), endpoints: app =>
        {
            app.MapGet("/redirect", () => Results.Redirect("/wsmq", preserveMethod: true));
            app.MapGet("/busy", () => Results.StatusCode(503));
            app.MapGet("/page", () => "a page");
            app.MapPost("/page/negotiate", () => "a page");
            app.MapGet("/sign-in", () => Results.Redirect("/page?returnUrl=%2Fwsmq"));
            app.MapPost("/sign-in/negotiate", () => Results.Redirect("/page?returnUrl=%2Fwsmq"));
            app.MapPost("/posted", () => "done");
            app.MapGet("/posted/negotiate", () => "read");
        });

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_final_error_of_the_server_ends_the_start_and_fails_sends_until_the_next_start()
    {
        string? user = null;
        await using var client = new TypedClient(_node.Hub, "bob", null, o => o.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For(Volatile.Read(ref user))));
        var waiting = client.SendAsync("user:bob", 1);

        (await Failure(client.Client.StartAsync())).Error.Should().Be(WsmqErrors.NoUserIdentifier);
        (await Failure(waiting)).Error.Should().Be(WsmqErrors.NoUserIdentifier);
        (await Failure(client.SendAsync("user:bob", 2))).Error.Should().Be(WsmqErrors.NoUserIdentifier);
        client.States.Should().Equal(WsmqClientState.Connecting, WsmqClientState.Stopped);

        Volatile.Write(ref user, "bob");
        await client.Client.StartAsync();
        await client.SendAsync("user:bob", 3);
    }

    [Theory]
    [InlineData("/wsmq", true, "401: the server does not accept the token")]
    [InlineData("/redirect", true, "a redirect loses it")]
    [InlineData("/wsmq", false, "401: no token was sent: set WsmqClientOptions.AccessTokenProvider")]
    public async Task A_refused_token_ends_the_start_with_the_HTTP_status(string path, bool sends, string cause)
    {
        var failures = new List<WsmqConnectFailedEventArgs>();
        var wrong = new SymmetricSecurityKey(new byte[32]);
        await using var client = new WsmqClient(new Uri(_node.Address, path), o =>
            o.AccessTokenProvider = sends ? _ => Task.FromResult<string?>(TestTokens.For("bob", key: wrong)) : null);
        client.ConnectFailed += (_, e) => failures.Add(e);

        var error = await Failure(client.StartAsync());

        error.Error.Should().Be(WsmqErrors.ConnectionRefused);
        error.Message.Should().Contain(cause);
        failures.Should().ContainSingle();
        failures[0].StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (failures[0].Attempts, failures[0].RetryAfter).Should().Be((1, null));
        (await Failure(client.SendAsync(new WsmqOutgoingMessage { To = "user:bob" }))).Message.Should().Contain(cause);
    }

    [Theory]
    [InlineData("/wrong", "404: no hub at this path: is /wsmq missing at the end of the URL?")]
    [InlineData("", "404: no hub at this path: is /wsmq missing at the end of the URL?")]
    [InlineData("/other/wsmq", "404: no hub at this path: compare it with the path that the server passes to MapWsmq")]
    [InlineData("/busy", "503: the server, or the app behind a proxy, is not ready")]
    [InlineData("/page", "200: the response is not from a wsmq hub but from a web page")]
    [InlineData("/sign-in", "200: the response is not from a wsmq hub but from a web page, perhaps a sign-in page after a redirect")]
    [InlineData("/posted", "405: no hub accepts this request: a page is at this path")]
    [InlineData("/page", "sent an unexpected response: the response is not from a wsmq hub but from a web page", true)]
    [InlineData("/sign-in", "sent an unexpected response: the response is not from a wsmq hub but from a web page", true)]
    [InlineData("/posted", "405: no hub accepts this request: a page is at this path", true)]
    public async Task A_possibly_transient_failure_is_retried_and_logged_once(string path, string cause, bool negotiates = false)
    {
        var logs = new RecordedLogs();
        using var loggers = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        var failures = new List<WsmqConnectFailedEventArgs>();
        var third = new TaskCompletionSource();
        await using var client = new WsmqClient(new Uri(_node.Address, path), o =>
        {
            (o.LoggerFactory, o.SendTimeout) = (loggers, TimeSpan.FromMilliseconds(50));
            o.ReconnectBackoff.Max = o.ReconnectBackoff.Min = TimeSpan.FromMilliseconds(5);
            o.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For("bob"));
            o.ConfigureHttp = http => http.SkipNegotiation = !negotiates;
        });
        client.ConnectFailed += (_, e) =>
        {
            failures.Add(e);
            if (e.Attempts == 3)
                third.TrySetResult();
        };

        var start = client.StartAsync();
        await third.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var send = await Failure(client.SendAsync(new WsmqOutgoingMessage { To = "user:bob" }));
        await client.StopAsync();

        await start.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
        failures.Should().OnlyContain(f => f.Cause.Contains(cause, StringComparison.Ordinal) && f.RetryAfter > TimeSpan.Zero);
        logs.Of(LogLevel.Warning).Concat(logs.Of(LogLevel.Error)).Should().ContainSingle().Which.Should().Contain(cause);
        send.Message.Should().Contain(cause).And.Contain("client-closed");
    }

    [Fact]
    public async Task With_a_host_a_refused_client_retries_until_it_is_accepted()
    {
        string? user = null;
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddWsmqClient(_node.Hub, o =>
        {
            o.SendTimeout = TimeSpan.FromMilliseconds(200);
            o.ReconnectBackoff.Max = o.ReconnectBackoff.Min = TimeSpan.FromMilliseconds(5);
            o.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For(Volatile.Read(ref user)));
        });
        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<WsmqClient>();

        await Eventually.That("a send fails with the reason why there is no connection", async () =>
            (await Failure(client.SendAsync(new WsmqOutgoingMessage { To = "user:bob" }))).Message.Contains("1001 no-user-identifier", StringComparison.Ordinal));
        Volatile.Write(ref user, "bob");

        await Eventually.That("it is connected", () => client.State == WsmqClientState.Connected);
        await host.StopAsync();
    }

    public static TheoryData<string, Action<WsmqClientOptions>, string> Mistakes => new()
    {
        { "of HTTP", o => o.ConfigureHttp = _ => throw new ArgumentException("no such proxy"), "WsmqClientOptions.ConfigureHttp threw ArgumentException: no such proxy" },
        { "of SignalR", o => o.ConfigureConnection = _ => throw new FileNotFoundException("no certificate"), "WsmqClientOptions.ConfigureConnection threw FileNotFoundException: no certificate" },
        { "of the socket", o => o.ConfigureHttp = http => http.WebSocketConfiguration = _ => throw new ArgumentException("no such header"), "no such header" },
        { "transports", o => o.ConfigureHttp = http => http.Transports = HttpTransportType.LongPolling, "SkipNegotiation = false" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task An_error_in_the_apps_own_configuration_ends_the_start_with_its_cause(string what, Action<WsmqClientOptions> make, string cause)
    {
        await using var client = new WsmqClient(_node.Hub, make);

        var error = await Failure(client.StartAsync().WaitAsync(TimeSpan.FromSeconds(30)));

        error.Error.Should().Be(WsmqErrors.ClientMisconfigured, what);
        error.Message.Should().Contain(cause);
        client.State.Should().Be(WsmqClientState.Stopped);
    }

    [Theory]
    [InlineData("https")]
    [InlineData("wss")]
    public async Task A_plain_HTTP_port_is_named_as_the_cause_where_TLS_was_requested(string scheme)
    {
        var failed = new TaskCompletionSource<string>();
        await using var client = new WsmqClient(new UriBuilder(_node.Hub) { Scheme = scheme }.Uri);
        client.ConnectFailed += (_, e) => failed.TrySetResult(e.Cause);
        var start = client.StartAsync();

        (await failed.Task.WaitAsync(TimeSpan.FromSeconds(30))).Should().Contain("seems to use http");

        await client.StopAsync();
        await start.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_device_that_is_given_twice_is_named_in_the_error()
    {
        await using var client = new WsmqClient(_node.Hub, o =>
        {
            o.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For("bob"));
            o.ConfigureHttp = http => http.Url = new Uri($"{http.Url}&device=laptop");
        });

        var error = await Failure(client.StartAsync());

        error.Error.Should().Be(WsmqErrors.InvalidDevice);
        error.Message.Should().Contain("device is given 2 times");
    }

    [Fact]
    public void Network_errors_are_described_in_words()
    {
        Cause(new HttpRequestException("x", new SocketException((int)SocketError.ConnectionRefused))).Should().Be("nothing listens at https://example.test/wsmq: is the server started?");
        Cause(new HttpRequestException("x", new SocketException((int)SocketError.HostNotFound))).Should().Contain("host name of https://example.test/wsmq is not known");
        Cause(new HttpRequestException("x", new SocketException((int)SocketError.NetworkUnreachable))).Should().StartWith("https://example.test/wsmq cannot be reached: ");
        Cause(new HttpRequestException("x", new AuthenticationException("remote certificate is invalid"))).Should().Contain("no TLS").And.Contain("certificate");
        Cause(new TimeoutException("no connection within 15 s")).Should().Be("no connection within 15 s");
        Cause(new HttpRequestException("x", null, HttpStatusCode.RequestUriTooLong)).Should().Contain("414: the token or the URL is too long");
        Cause(new HttpRequestException("x", null, HttpStatusCode.Found)).Should().Contain("302: the server redirects elsewhere").And.Contain("sign-in page");
        Cause(new HttpRequestException("x", null, HttpStatusCode.Forbidden)).Should().Contain("403: the server knows the user");
    }

    private static string Cause(Exception error) => ConnectFailure.Of(error, new Uri(Hub, "/wsmq?secret=1"), sendsToken: true).Cause;

    private static async Task<WsmqException> Failure(Task task) => (await task.Invoking(t => t).Should().ThrowAsync<WsmqException>()).Which;
}
