using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>
/// Apps that authenticate by a cookie which browsers send from every page (<c>SameSite=None</c>): only pages of origins that are listed by
/// name act with it. A POST without a body has no preflight, and a WebSocket no CORS.
/// </summary>
public sealed class CookieOriginTests : IDisposable
{
    private const string Foreign = "https://evil.example";
    private const string Scheme = "cookies";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string?, bool> Pages => new()
    {
        { "*", Foreign, false },
        { "*", "null", false },
        { "null", "null", false },
        { Foreign, Foreign, true },
        { "*", null, true },
        { "*", "own", true },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_acts_with_the_cookie_only_if_its_origin_is_listed_by_name(string listed, string? origin, bool acts)
    {
        await using var node = await StartAsync(listed);
        var from = origin == "own" ? node.Address.GetLeftPart(UriPartial.Authority) : origin;
        var cookie = await SignInAsync(node);

        var post = await AskAsync(node, HttpMethod.Post, "/users/bob/disconnect", from, cookie);
        var socket = await ConnectAsync(node, from, cookie);

        (post.Status, socket).Should().Be(acts ? (204, HttpStatusCode.SwitchingProtocols) : (401, HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task A_page_of_any_origin_still_acts_with_a_token_whatever_cookies_its_browser_has()
    {
        await using var node = await HttpCaller.StartNodeAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")), o => o.Endpoint.AllowedOrigins.Add("*"),
            b => b.Services.AddSingleton<IWsmqAuthorizer>(new OpenAuthorizer()));

        var post = await AskAsync(node, HttpMethod.Post, "/users/bob/disconnect", Foreign, "theme=dark", TestTokens.For("alice"));

        post.Status.Should().Be(204);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_app_that_authenticates_before_routing_refuses_the_page(bool asUsual)
    {
        await using var node = await StartAsync("*", app =>
        {
            if (asUsual)
                app.UseAuthentication();
            else
                app.Use(AuthenticateAsync);
            app.UseRouting();
            app.UseAuthorization();
        });
        var cookie = await SignInAsync(node);

        var post = await AskAsync(node, HttpMethod.Post, "/users/bob/disconnect", Foreign, cookie);

        (post.Status, post.Code).Should().Be((403, "origin-not-allowed"));
        (await AskAsync(node, HttpMethod.Post, "/users/bob/disconnect", null, cookie)).Status.Should().Be(204);

        static async Task AuthenticateAsync(HttpContext context, RequestDelegate next)
        {
            if ((await context.AuthenticateAsync(Scheme)).Principal is { } user)
                context.User = user;
            await next(context);
        }
    }

    private static async Task<string> SignInAsync(TestNode node)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(node.Address, "/sign-in"));
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task<ApiAnswer> AskAsync(
        TestNode node, HttpMethod method, string path, string? origin, string cookie, string? token = null)
    {
        // A browser sends both by itself.
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var request = new HttpRequestMessage(method, new Uri(node.Address, HttpCaller.Path + path));
        request.Headers.Add("Cookie", cookie);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        return await ApiAnswer.OfAsync(response);
    }

    private static async Task<HttpStatusCode> ConnectAsync(TestNode node, string? origin, string cookie)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Cookie", cookie);
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        try
        {
            await socket.ConnectAsync(new UriBuilder(node.Hub) { Scheme = "ws" }.Uri, default);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return socket.HttpStatusCode;
    }

    private Task<TestNode> StartAsync(string listed, Action<WebApplication>? use = null) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => o.Endpoint.AllowedOrigins.Add(listed),
        builder =>
        {
            builder.Services.AddSingleton<IWsmqAuthorizer>(new OpenAuthorizer());
            builder.Services.AddAuthentication(Scheme).AddCookie(Scheme, o =>
            {
                // Without Secure, which the test has no certificate for.
                o.Cookie.SameSite = SameSiteMode.None;
                o.Events.OnRedirectToLogin = context =>
                {
                    context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    return Task.CompletedTask;
                };
            });
        },
        app =>
        {
            use?.Invoke(app);
            app.MapWsmqApi(HttpCaller.Path);
            app.MapGet("/sign-in", (HttpContext context) => context.SignInAsync(
                Scheme, new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "alice")], Scheme))));
        });
}
