using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>The parts of event streams that do not depend on the store.</summary>
public sealed class StreamTests(SharedNode shared) : IClassFixture<SharedNode>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_body_with_line_breaks_arrives_as_the_same_JSON()
    {
        using var dave = HttpCaller.Of(shared.Node, "dave");
        await using var stream = await dave.ListenAsync("address=user:dave");

        await dave.PostAsync("/messages", "{\"to\":\"user:dave\",\"body\":{\r\n  \"a\": 1,\n\r  \"b\": \"x\\ny\"\r}}");
        await Eventually.That("it arrives", () => stream.Messages.Any());

        var body = stream.Messages.Single().Json.GetProperty("body");
        body.GetProperty("a").GetInt32().Should().Be(1);
        body.GetProperty("b").GetString().Should().Be("x\ny");
    }

    [Fact]
    public async Task A_silent_stream_gets_comments()
    {
        await using var node = await StartAsync(o => o.Endpoint.StreamKeepAlive = TimeSpan.FromSeconds(1));
        using var bob = HttpCaller.Of(node, "bob");
        await using var stream = await bob.ListenAsync("address=user:bob");

        await Eventually.That("two comments arrive", () => stream.Raw.Split("\n:\n").Length > 2);

        stream.Events.Should().BeEmpty();
    }

    [Theory]
    [InlineData("", 400, "invalid-address")]
    [InlineData("address=user:bob&address=user:bob", 400, "invalid-address")]
    [InlineData("address=user:alice", 403, "read-not-allowed")]
    [InlineData("address=user:bob&address=group:secret", 403, "read-not-allowed")]
    [InlineData("address=user:bob&after=0000000000000001", 409, "position-beyond-tail")]
    [InlineData("address=user:bob&after=1", 400, "invalid-position")]
    [InlineData("address=user:bob&after=,", 400, "invalid-position")]
    public async Task A_stream_that_cannot_be_opened_is_refused_with_a_problem(string query, int status, string code)
    {
        using var bob = HttpCaller.Of(shared.Node, "bob");

        await using var refused = await bob.ListenAsync(query);

        await Eventually.That("the answer is complete", () => refused.HasEnded);
        (refused.Status, refused.Response.Content.Headers.ContentType!.MediaType).Should().Be((status, "application/problem+json"));
        JsonDocument.Parse(refused.Raw).RootElement.GetProperty("code").GetString().Should().Be(code);
    }

    [Fact]
    public async Task Streams_count_as_connections_of_their_user()
    {
        await using var node = await StartAsync(o => o.Limits.ConnectionsPerUser = 1);
        using var bob = HttpCaller.Of(node, "bob");
        await using (var first = await bob.ListenAsync("address=user:bob"))
        {
            await using var refused = await bob.ListenAsync("address=user:bob");
            await using var again = await bob.ListenAsync("address=user:bob", "0000000000000000");

            refused.Status.Should().Be(429);
            refused.Response.Headers.RetryAfter.Should().NotBeNull();
            again.Status.Should().Be(200, "a browser gives up after any other status");
            await Eventually.That("it ends at once", () => again.HasEnded);
            again.EndCode.Should().Be("too-many-connections");
            first.HasEnded.Should().BeFalse();
        }

        await Eventually.That("the place is free again", async () =>
        {
            await using var next = await bob.ListenAsync("address=user:bob");
            return next.Status == 200;
        });
    }

    [Fact]
    public async Task A_stream_is_not_compressed()
    {
        await using var node = await TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")),
            services: b => b.Services.AddResponseCompression(o => o.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "text/event-stream"]),
            endpoints: app =>
            {
                app.UseResponseCompression();
                app.MapWsmqApi(HttpCaller.Path);
            });
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestTokens.For("bob"));
        http.DefaultRequestHeaders.Accept.ParseAdd("text/event-stream");
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip, br");

        using var response = await http.GetAsync(new Uri(node.Address, HttpCaller.Path + "/logs/user:bob"), HttpCompletionOption.ResponseHeadersRead);

        response.Content.Headers.ContentEncoding.Should().Equal("identity");
    }

    private Task<TestNode> StartAsync(Action<WsmqOptions> options) =>
        HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")), options);
}
