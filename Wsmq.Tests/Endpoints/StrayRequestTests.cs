using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>Which WebSockets and negotiations answered by another part of the app are logged, and which are the app's own.</summary>
public sealed class StrayRequestTests : IDisposable
{
    private const string Answered = "and did not reach the hub. The hub is mapped at /wsmq";
    private const string Redirected = "it was redirected, and no hub answers there";

    private readonly TempFolder _folder = new();
    private RecordedLogs _logs = new();

    public void Dispose() => _folder.Dispose();

    private sealed class OwnHub : Hub;

    public static TheoryData<string, Action<WebApplication>, string, int, int, string> Stray => new()
    {
        { "a page of a single-page app", app => app.MapFallbackToFile("index.html"), "/wsmqq", 200, 405, Answered },
        { "the page at the root", app => app.MapFallbackToFile("index.html"), "", 200, 405, Answered },
        { "a file that is missing", app => app.MapFallbackToFile("none.html"), "/ws", 404, 405, "WebSocket or negotiation for /ws got" },
        { "a fallback for all methods", app => app.MapFallback(() => "a page"), "/wsmqq", 200, 200, Answered },
        { "a fallback that returns 404", app => app.MapFallback(() => Results.NotFound()), "/wsmqq", 404, 404, Answered },
        { "a fallback that requires sign-in", app => app.MapFallback(() => "a page").RequireAuthorization("cookie"), "/wsmqq", 302, 302, Redirected },
        { "a page of its own", app => app.MapGet("/page", () => "a page"), "/page", 200, 404, Answered },
        { "a middleware with a page", app => app.Run(c => Page(c)), "/wsmqq", 200, 200, Answered },
        { "a guard in front of the hub", app => app.Use((HttpContext c, RequestDelegate _) => Status(c, 403)).UseRouting(), "/wsmq", 403, 403, Answered },
        { "https", app => app.UseHttpsRedirection().UseRouting(), "/wsmq", 307, 307, Redirected },
        { "nothing", _ => { }, "/wsmqq", 404, 404, "nothing is mapped there. The hub is mapped at /wsmq" },
    };

    [Theory]
    [MemberData(nameof(Stray))]
    public async Task A_request_answered_by_another_part_of_the_app_is_logged_with_the_path_of_the_hub(
        string what, Action<WebApplication> pipeline, string path, int socket, int negotiation, string text)
    {
        await using (var app = await StartAsync(pipeline))
        {
            (await OpenAsync(app, path)).Should().Be((HttpStatusCode)socket, what);
        }

        Said().Should().ContainSingle(what).Which.Should().Contain(text).And.Contain($" {socket}");
        _logs = new RecordedLogs();
        await using (var app = await StartAsync(pipeline))
        {
            (await NegotiateAsync(app, path)).Should().Be((HttpStatusCode)negotiation, what);
        }

        Said().Should().ContainSingle(what).Which.Should().Contain($" {negotiation}");
    }

    [Fact]
    public async Task An_authentication_challenge_of_the_hub_that_redirects_is_logged()
    {
        await using (var app = await StartAsync(app => app.MapWsmq("/oidc").RequireAuthorization("cookie")))
        {
            (await OpenAsync(app, "/oidc")).Should().Be(HttpStatusCode.Found);
        }

        Said().Should().ContainSingle().Which.Should().Contain(Redirected).And.Contain("MapWsmq().RequireAuthorization(policy)");
    }

    [Fact]
    public async Task Hubs_and_WebSockets_of_the_app_itself_are_not_logged()
    {
        await using (var app = await StartAsync(OwnParts))
        {
            (await OpenAsync(app, "/chat")).Should().Be(HttpStatusCode.SwitchingProtocols);
            (await NegotiateAsync(app, "/chat")).Should().Be(HttpStatusCode.OK);
            (await OpenAsync(app, "/guarded-chat")).Should().Be(HttpStatusCode.Found);
            (await NegotiateAsync(app, "/guarded-chat")).Should().Be(HttpStatusCode.Found);
            (await OpenAsync(app, "/own")).Should().Be(HttpStatusCode.SwitchingProtocols);
            (await OpenAsync(app, "/own-middleware")).Should().Be(HttpStatusCode.SwitchingProtocols);
            (await OpenAsync(app, "/guarded")).Should().Be(HttpStatusCode.Found);
            foreach (var status in new[] { 400, 401, 403, 404, 503 })
                (await OpenAsync(app, $"/refusing/{status}")).Should().Be((HttpStatusCode)status);
            (await OpenAsync(app, "/refusing-middleware")).Should().Be(HttpStatusCode.BadRequest);
            (await NegotiateAsync(app, "/kerberos")).Should().Be(HttpStatusCode.Created);
            (await NegotiateAsync(app, "/elsewhere/hub")).Should().Be(HttpStatusCode.OK);
            using var browser = new HttpClient();
            (await browser.GetStringAsync(new Uri(new Uri(app.Urls.Single()), "/some/page"))).Should().Contain("connectionId");
        }

        Said().Should().BeEmpty();
    }

    private static void OwnParts(WebApplication app)
    {
        app.UseWebSockets();
        app.Use((context, next) => context.Request.Path == "/own-middleware" ? AcceptAsync(context)
            : context.Request.Path == "/refusing-middleware" ? Status(context, 400) : next());
        app.UseRouting();
        app.UseAuthorization();
        app.MapHub<OwnHub>("/chat");
        app.MapHub<OwnHub>("/guarded-chat").RequireAuthorization("cookie");
        app.Map("/own", AcceptAsync);
        app.Map("/guarded", AcceptAsync).RequireAuthorization("cookie");
        app.Map("/refusing/{status}", (int status) => Results.StatusCode(status));
        app.MapPost("/kerberos/negotiate", () => Results.Created());

        // As in a proxy in front of an older app.
        app.MapFallback(() => Results.Json(new { connectionId = "of another app" }));
    }

    private static async Task AcceptAsync(HttpContext context)
    {
        await Task.Yield();
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    private static Task Page(HttpContext context)
    {
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync("<html>");
    }

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private IEnumerable<string> Said() => _logs.Of(LogLevel.Warning).Where(line => line.Contains("WebSocket", StringComparison.Ordinal));

    private async Task<WebApplication> StartAsync(Action<WebApplication> pipeline)
    {
        await File.WriteAllTextAsync(_folder.File("index.html"), "<html>");
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { WebRootPath = Path.GetDirectoryName(_folder.File("index.html")) });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(_logs);
        builder.Services.AddHttpsRedirection(o => o.HttpsPort = 443);
        builder.Services.AddAuthentication().AddJwtBearer(o => o.TokenValidationParameters = TestTokens.Validation)
            .AddCookie(o => o.Events.OnRedirectToLogin = context =>
            {
                // As OpenID Connect does, for any endpoint.
                context.Response.Redirect(context.RedirectUri);
                return Task.CompletedTask;
            });
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy("cookie", policy => policy.AddAuthenticationSchemes(CookieAuthenticationDefaults.AuthenticationScheme).RequireAuthenticatedUser());
        builder.Services.AddWsmq(o => o.Drain.Timeout = TimeSpan.Zero).UseSqlite(_folder.File("wsmq.db"));
        var app = builder.Build();
        pipeline(app);
        app.MapWsmq("/wsmq");
        await app.StartAsync();
        return app;
    }

    private static async Task<HttpStatusCode> OpenAsync(WebApplication app, string path)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(new UriBuilder(app.Urls.Single()) { Scheme = "ws", Path = path }.Uri, http, default);
        }
        catch (WebSocketException e)
        {
            e.WebSocketErrorCode.Should().Be(WebSocketError.NotAWebSocket);
        }

        return socket.HttpStatusCode;
    }

    private static async Task<HttpStatusCode> NegotiateAsync(WebApplication app, string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await http.PostAsync(new Uri(new Uri(app.Urls.Single()), $"{path}/negotiate?negotiateVersion=1"), null);
        return answer.StatusCode;
    }
}
