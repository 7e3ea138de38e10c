using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>What the HTTP API refuses, and how.</summary>
public sealed class ApiRefusalTests(SharedNode shared) : IClassFixture<SharedNode>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "application/json", 400, "invalid-message")]
    [InlineData("{", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob"} {}""", "application/json", 400, "invalid-message")]
    [InlineData("7", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":7}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","dealy":7}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","delay":-7}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","delay":34560000001}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","timeToLive":0}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","key":"k"}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","stateKey":""}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","stateKey":7}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","removeState":true}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","removeState":"k"}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","stateKey":"k","removeState":true,"body":1}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","expectedTail":"7"}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","expectedTail":"0000000000000000","delay":1000}""", "application/json", 400, "invalid-message")]
    [InlineData("""{"to":"user:bob","sender":"carol"}""", "application/json", 400, "sender-not-allowed")]
    [InlineData("""{"to":"bob"}""", "application/json", 400, "invalid-address")]
    [InlineData("""{"body":1}""", "application/json", 400, "invalid-address")]
    [InlineData("""{"to":"topic:bob"}""", "application/json", 400, "unknown-address-kind")]
    [InlineData("""{"to":"work:unknown"}""", "application/json", 404, "unknown-queue")]
    [InlineData("""{"to":"group:secret"}""", "application/json", 403, "send-not-allowed")]
    [InlineData("""{"to":"user:bob"}""", "", 415, "unsupported-content-type")]
    [InlineData("""{"to":"user:bob"}""", "text/plain", 415, "unsupported-content-type")]
    [InlineData("""{"to":"user:bob"}""", "application/x-www-form-urlencoded", 415, "unsupported-content-type")]
    [InlineData("""{"to":"user:bob"}""", "application/json; charset=utf-16", 415, "unsupported-content-type")]
    public async Task A_bad_message_is_a_problem_with_a_code(string body, string contentType, int status, string code)
    {
        using var alice = HttpCaller.Of(shared.Node, "alice");

        var refused = await alice.PostAsync("/messages", body, contentType);

        (refused.Status, refused.Code).Should().Be((status, code));
    }

    [Theory]
    [InlineData("/logs", 400, "invalid-address")]
    [InlineData("/logs/bob", 400, "invalid-address")]
    [InlineData("/logs/user:bob", 403, "read-not-allowed")]
    [InlineData("/logs/work:jobs", 403, "read-not-allowed")]
    [InlineData("/logs/user:alice?after=7", 400, "invalid-position")]
    [InlineData("/logs/user:alice?max=0", 400, "invalid-message")]
    [InlineData("/logs/user:alice?max=513", 400, "invalid-message")]
    [InlineData("/logs/user:alice?max=1&max=2", 400, "invalid-message")]
    [InlineData("/logs/user:alice?limit=3", 400, "invalid-message")]
    [InlineData("/logs/user:alice?newest=yes", 400, "invalid-message")]
    [InlineData("/logs/user:alice?newest=true&after=0000000000000000", 400, "invalid-message")]
    [InlineData("/logs/user:alice?device=a&device=b", 400, "invalid-device")]
    [InlineData("/state", 400, "invalid-address")]
    [InlineData("/state?source=bob", 400, "invalid-address")]
    [InlineData("/state?source=user:bob", 403, "read-not-allowed")]
    [InlineData("/state?source=work:jobs", 403, "read-not-allowed")]
    [InlineData("/state?source=user:alice&source=user:bob", 400, "invalid-message")]
    [InlineData("/state?source=user:alice&max=1", 400, "invalid-message")]
    public async Task A_bad_read_is_a_problem_with_a_code(string path, int status, string code)
    {
        using var alice = HttpCaller.Of(shared.Node, "alice");

        var refused = await alice.GetAsync(path);

        (refused.Status, refused.Code).Should().Be((status, code));
    }

    [Theory]
    [InlineData("GET", "", 404, "unknown-endpoint", null)]
    [InlineData("POST", "/message", 404, "unknown-endpoint", null)]
    [InlineData("GET", "/messages", 405, "method-not-allowed", "POST, DELETE")]
    [InlineData("POST", "/queues/work:jobs", 405, "method-not-allowed", "GET, DELETE")]
    [InlineData("PATCH", "/logs/group:a/b", 405, "method-not-allowed", "GET")]
    public async Task What_no_endpoint_takes_is_a_problem_too(string method, string path, int status, string code, string? allowed)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestTokens.For("alice"));

        using var response = await http.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), new Uri(shared.Node.Address, HttpCaller.Path + path)));

        var refused = await ApiAnswer.OfAsync(response);
        (refused.Status, refused.Code).Should().Be((status, code));
        response.Content.Headers.Allow.Should().BeEquivalentTo(allowed?.Split(", ") ?? []);
    }

    [Fact]
    public async Task A_path_that_nothing_takes_needs_a_token_and_leaves_endpoints_of_the_app_alone()
    {
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), endpoints: app =>
        {
            app.MapWsmqApi(HttpCaller.Path);
            app.MapGet(HttpCaller.Path + "/orders", (HttpRequest request) => $"of the app {request.Query["access_token"]} {request.Headers.Cookie}");
            app.MapFallback(() => "the page of the app");
        });
        using var anybody = new HttpCaller(node.Address, null);
        using var http = new HttpClient();

        (await anybody.GetAsync("/unknown")).Status.Should().Be(401);
        (await anybody.GetAsync("/orders")).Text.Should().Be("of the app  ");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.Address, HttpCaller.Path + "/orders?access_token=its-own"));
        request.Headers.Add("Origin", "https://elsewhere.example");
        request.Headers.Add("Cookie", "a=b");
        using var answer = await http.SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).Should().Be("of the app its-own a=b", "it decides for itself");
        (await http.GetStringAsync(new Uri(node.Address, "/elsewhere"))).Should().Be("the page of the app");
    }

    [Fact]
    public async Task A_parameter_is_refused_unless_an_endpoint_or_the_app_knows_it()
    {
        await using var node = await StartAsync(o => o.Endpoint.AppParameters.Add("ticket"));
        using var alice = HttpCaller.Of(node, "alice");

        (await alice.GetAsync("/logs/user:alice?ticket=7&max=1&access_token=x")).Status.Should().Be(200);
        (await alice.AskAsync("PUT", "/users/bob/ban?untl=1")).TextOf("detail").Should().Be("there is no parameter untl");
    }

    [Fact]
    public async Task A_text_is_written_in_plain_characters_and_names_what_is_missing()
    {
        using var alice = HttpCaller.Of(shared.Node, "alice");

        (await alice.PostAsync("/messages", """{"to":"bob"}""")).Text.Should().Contain("user:<id>").And.NotContain("\\u00");
        (await alice.GetAsync("/keys")).Text.Should().Contain("the app's authorizer");
        (await alice.PostAsync("/messages", """{"body":1}""")).TextOf("detail").Should().Be("the message has no field to");
    }

    [Fact]
    public async Task A_problem_has_the_fields_of_RFC_9457_and_those_of_the_error()
    {
        using var alice = HttpCaller.Of(shared.Node, "alice");

        var problem = (await alice.PostAsync("/messages", """{"to":"user:bob","typo":1}""")).Json;

        problem.GetProperty("type").GetString().Should().Be("urn:wsmq:error:invalid-message");
        problem.GetProperty("title").GetString().Should().Be(WsmqErrors.InvalidMessage.Text);
        problem.GetProperty("status").GetInt32().Should().Be(400);
        problem.GetProperty("detail").GetString().Should().Be("there is no field typo");
        problem.GetProperty("number").GetInt32().Should().Be(2008);
        problem.GetProperty("retry").GetBoolean().Should().BeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_whether_or_not_its_length_is_stated(bool isStated)
    {
        await using var node = await StartAsync(o => o.Publish.MaxBodyBytes = 1024);
        using var alice = HttpCaller.Of(node, "alice");
        var content = new StringContent($$"""{"to":"user:bob","body":"{{new string('x', 100_000)}}"}""");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.Address, HttpCaller.Path + "/messages")) { Content = content };
        request.Headers.TransferEncodingChunked = !isStated;

        var refused = await alice.AskAsync(request);

        (refused.Status, refused.Code).Should().Be((413, "message-too-large"));
        (await alice.SendAsync(new { to = "user:bob" })).Status.Should().Be(201);
    }

    [Fact]
    public async Task An_array_of_too_many_messages_is_refused_as_a_whole()
    {
        using var alice = HttpCaller.Of(shared.Node, "alice");

        var refused = await alice.SendAsync(Enumerable.Repeat(new { to = "user:bob" }, 1_025));

        (refused.Status, refused.Code).Should().Be((400, "invalid-message"));
    }

    [Fact]
    public async Task A_token_without_a_user_identifier_is_refused_with_the_code_of_the_hub()
    {
        using var nobody = new HttpCaller(shared.Node.Address, TestTokens.For(null));

        var refused = await nobody.GetAsync("/logs/user:alice");

        (refused.Status, refused.Code).Should().Be((403, "no-user-identifier"));
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("https://app.example", 201)]
    public async Task A_page_of_another_origin_needs_to_be_allowed(string origin, int status)
    {
        await using var node = await StartAsync(o => o.Endpoint.AllowedOrigins.Add("https://app.example"));
        using var alice = HttpCaller.Of(node, "alice");
        var content = new StringContent("""{"to":"user:bob"}""");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.Address, HttpCaller.Path + "/messages")) { Content = content };
        request.Headers.Add("Origin", origin);

        var answer = await alice.AskAsync(request);

        answer.Status.Should().Be(status);
        answer.Code.Should().Be(status == 403 ? "origin-not-allowed" : null);
    }

    [Theory]
    [InlineData("/logs/user:alice")]
    [InlineData("/state?source=user:alice")]
    public async Task A_response_is_not_cached_and_not_taken_for_a_page(string path)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestTokens.For("alice"));

        using var response = await http.GetAsync(new Uri(shared.Node.Address, HttpCaller.Path + path));

        response.Headers.CacheControl!.NoStore.Should().BeTrue();
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
    }

    [Fact]
    public async Task Mapping_without_AddWsmq_or_authentication_fails_with_what_to_call()
    {
        await using var bare = WebApplication.CreateSlimBuilder().Build();

        bare.Invoking(app => app.MapWsmqApi()).Should().Throw<InvalidOperationException>().WithMessage("*AddWsmq() before MapWsmqApi*");
    }

    private Task<TestNode> StartAsync(Action<WsmqOptions> options) =>
        HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")), options);
}
