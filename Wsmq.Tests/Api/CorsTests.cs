using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Pages of allowed origins use the API from a browser, without CORS of the app; and an app's own CORS keeps working.</summary>
public sealed class CorsTests : IDisposable
{
    private const string Allowed = "https://app.example";
    private const string Foreign = "https://evil.example";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Headers => new()
    {
        { "POST", "authorization,content-type,idempotency-key" },
        { "GET", "last-event-id,x-api-key" },
        { "PUT", "authorization" },
        { "DELETE", "authorization" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task A_preflight_of_an_allowed_origin_is_answered_without_a_token(string method, string headers)
    {
        await using var node = await StartAsync();
        var path = method switch { "POST" => "/messages", "GET" => "/logs", _ => "/users/bob/ban" };

        var answer = await PreflightAsync(node, HttpCaller.Path + path, Allowed, method, headers);

        answer.Status.Should().Be(204);
        answer.Of("Access-Control-Allow-Origin").Should().Be(Allowed);
        answer.Of("Access-Control-Allow-Credentials").Should().Be("true");
        answer.Of("Access-Control-Allow-Methods").Should().Contain(method);
        answer.Of("Access-Control-Allow-Headers").ToLowerInvariant().Split(',').Should().Contain(headers.Split(','));
        answer.Of("Vary").Should().Contain("Origin");
    }

    [Theory]
    [InlineData(Foreign)]
    [InlineData("null")]
    public async Task A_preflight_of_another_origin_is_refused(string origin)
    {
        await using var node = await StartAsync();

        var answer = await PreflightAsync(node, HttpCaller.Path + "/messages", origin, "POST", "authorization");

        (answer.Status, answer.Of("Access-Control-Allow-Origin")).Should().Be((403, ""));
    }

    [Fact]
    public async Task An_answer_can_be_read_by_the_page_whether_it_is_a_result_a_problem_or_401()
    {
        await using var node = await StartAsync();
        foreach (var (token, path, status) in new[]
        {
            (TestTokens.For("alice"), "/logs/user:alice", 200), (TestTokens.For("alice"), "/logs/user:bob", 403),
            (null, "/logs/user:alice", 401),
        })
        {
            var answer = await AskAsync(node, HttpMethod.Get, HttpCaller.Path + path, Allowed, token);
            (answer.Status, answer.Of("Access-Control-Allow-Origin")).Should().Be((status, Allowed));
            answer.Of("Access-Control-Expose-Headers").Should().Contain("Retry-After").And.Contain("WWW-Authenticate");
        }
    }

    [Theory]
    [InlineData("*", Foreign, "")]
    [InlineData("*", "null", "")]
    [InlineData("null", "null", "")]
    [InlineData(Foreign, Foreign, "true")]
    public async Task Only_pages_of_origins_that_are_listed_by_name_use_cookies(string listed, string origin, string credentials)
    {
        await using var node = await StartAsync(listed);

        var answer = await AskAsync(node, HttpMethod.Get, HttpCaller.Path + "/logs/user:alice", origin, TestTokens.For("alice"));

        (answer.Status, answer.Of("Access-Control-Allow-Origin")).Should().Be((200, origin));
        answer.Of("Access-Control-Allow-Credentials").Should().Be(credentials);
    }

    [Fact]
    public async Task A_request_without_an_origin_and_other_endpoints_of_the_app_get_no_headers()
    {
        await using var node = await StartAsync();

        (await AskAsync(node, HttpMethod.Get, HttpCaller.Path + "/logs/user:alice", null, TestTokens.For("alice")))
            .Of("Access-Control-Allow-Origin").Should().BeEmpty();
        (await AskAsync(node, HttpMethod.Get, "/own", Allowed, null)).Of("Access-Control-Allow-Origin").Should().BeEmpty();
        (await AskAsync(node, HttpMethod.Options, HttpCaller.Path + "/messages", Allowed, null)).Status.Should().Be(401, "no preflight");
    }

    [Fact]
    public async Task The_apps_default_policy_keeps_its_endpoints_and_what_it_says_of_the_API()
    {
        const string Own = "https://own.example";
        await using var node = await StartAsync(
            Allowed, cors => cors.AddDefaultPolicy(p => p.WithOrigins(Own, Allowed).WithHeaders("X-Own").WithExposedHeaders("X-Own")),
            app => app.UseCors());

        (await PreflightAsync(node, "/own", Own, "GET", "x-own")).Of("Access-Control-Allow-Origin").Should().Be(Own);
        (await AskAsync(node, HttpMethod.Get, "/own", Own, null)).Of("Access-Control-Allow-Origin").Should().Be(Own);
        (await AskAsync(node, HttpMethod.Get, HttpCaller.Path + "/logs/user:alice", Allowed, TestTokens.For("alice")))
            .Of("Access-Control-Expose-Headers").Should().Be("X-Own");
    }

    [Fact]
    public async Task The_apps_default_policy_for_other_origins_does_not_keep_the_allowed_ones_out()
    {
        await using var node = await StartAsync(
            Allowed, cors => cors.AddDefaultPolicy(p => p.WithOrigins("https://own.example")), app => app.UseCors());

        var answer = await PreflightAsync(node, HttpCaller.Path + "/messages", Allowed, "POST", "authorization");

        answer.Of("Access-Control-Allow-Origin").Should().Be(Allowed);
        answer.Of("Access-Control-Allow-Headers").Should().Contain("Authorization");
    }

    [Fact]
    public async Task A_policy_that_the_app_requires_on_the_API_is_the_only_one()
    {
        await using var node = await StartAsync(
            Allowed, cors => cors.AddPolicy("api", p => p.WithOrigins(Allowed).WithMethods("GET")), app => app.UseCors(), "api");

        (await PreflightAsync(node, HttpCaller.Path + "/logs", Allowed, "GET", "authorization"))
            .Of("Access-Control-Allow-Headers").Should().BeEmpty();
        (await AskAsync(node, HttpMethod.Get, HttpCaller.Path + "/logs", Allowed, null))
            .Of("Access-Control-Allow-Credentials").Should().BeEmpty();
    }

    private Task<TestNode> StartAsync(
        string listed = Allowed, Action<CorsOptions>? cors = null, Action<WebApplication>? use = null,
        string? policy = null) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => o.Endpoint.AllowedOrigins.Add(listed),
        builder =>
        {
            if (cors is not null)
                builder.Services.AddCors(cors);
        },
        app =>
        {
            use?.Invoke(app);
            app.MapGet("/own", () => "own");
            var api = app.MapWsmqApi(HttpCaller.Path);
            if (policy is not null)
                api.RequireCors(policy);
        });

    private static Task<Answer> PreflightAsync(TestNode node, string path, string origin, string method, string headers) => AskAsync(
        node, HttpMethod.Options, path, origin, null,
        ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", headers));

    private static async Task<Answer> AskAsync(
        TestNode node, HttpMethod method, string path, string? origin, string? token, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(node.Address, path));
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await http.SendAsync(request);
        return new Answer(
            (int)response.StatusCode,
            response.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase));
    }

    private sealed record Answer(int Status, Dictionary<string, string> Headers)
    {
        public string Of(string header) => Headers.GetValueOrDefault(header, "");
    }
}
