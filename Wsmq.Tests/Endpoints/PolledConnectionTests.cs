using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>A connection of many requests belongs to one user, and ends with every token that was used for it.</summary>
public sealed class PolledConnectionTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestNode _node = null!;

    private Uri OpenHub => new(_node.Address, "/open");

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => o.Access.CheckInterval = TimeSpan.FromMilliseconds(100),
        endpoints: a => a.MapHub<AnybodysHub>("/open"),
        map: o => (o.Transports, o.LongPolling.PollTimeout) = (HttpTransports.All, TimeSpan.FromSeconds(1)));

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Requests_of_another_user_get_NoSuchConnection()
    {
        var (alice, mallory) = (TestTokens.For("alice"), TestTokens.For("mallory"));
        using var polling = await PollingClient.OpenAsync(_node, alice);
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");

        foreach (var foreign in new[]
        {
            await polling.PollAsync(mallory),
            await polling.PostAsync(mallory, """{"type":1,"target":"Send","arguments":[{"to":"user:bob","body":"forged"}]}"""),
            await polling.DeleteAsync(mallory),
            await polling.StreamAsync(mallory),
        })
        {
            foreign.Status.Should().Be(HttpStatusCode.NotFound);
            WsmqError.Find(foreign.Body).Should().Be(WsmqErrors.NoSuchConnection);
        }

        (await polling.PostAsync(null, "x")).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await polling.PostAsync(alice, """{"type":1,"target":"Send","arguments":[{"to":"user:bob","body":"real"}]}""")).Status.Should().Be(HttpStatusCode.OK);
        await bob.ReceivesAsync("\"real\"");
        bob.Received[0].Sender.Should().Be("alice");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_ends_when_any_token_it_was_polled_with_is_revoked(bool first)
    {
        var (a, b) = (TestTokens.Issued("alice", "token-a", DateTimeOffset.UtcNow), TestTokens.Issued("alice", "token-b", DateTimeOffset.UtcNow));
        using var polling = await PollingClient.OpenAsync(_node, a);
        (await polling.PollAsync(b)).Status.Should().Be(HttpStatusCode.OK);

        var polls = polling.PollToTheEndAsync(b);
        await _node.Access.RevokeTokenAsync(first ? "token-a" : "token-b");

        (await polls).Should().NotBe(HttpStatusCode.OK);
        await _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:alice", Body = WsmqJsonBody.Parse("\"late\"") });
        (await polling.PollAsync(b)).Status.Should().NotBe(HttpStatusCode.OK);
        polling.Frames.Should().NotContain(f => f.Contains("late"));
    }

    [Fact]
    public async Task A_request_with_a_revoked_token_is_refused_with_its_code()
    {
        var (a, b) = (TestTokens.Issued("alice", "token-c", DateTimeOffset.UtcNow), TestTokens.Issued("alice", "token-d", DateTimeOffset.UtcNow));
        using var polling = await PollingClient.OpenAsync(_node, a);
        await _node.Access.RevokeTokenAsync("token-d");

        var refused = await polling.PollAsync(b);

        refused.Status.Should().Be(HttpStatusCode.Forbidden);
        WsmqError.Find(refused.Body).Should().Be(WsmqErrors.Revoked);
    }

    [Theory]
    [InlineData("/wsmq")]
    [InlineData("/open")]
    public async Task A_connection_ends_with_its_first_token_whatever_token_it_is_polled_with_later(string path)
    {
        using var polling = await WithBriefTokenAsync(token => PollingClient.OpenAsync(_node, token));
        polling.Url = new Uri(_node.Address, path + polling.Url.Query);

        (await polling.PollToTheEndAsync(path == "/open" ? null : TestTokens.For("alice"))).Should().NotBe(HttpStatusCode.OK);
    }

    [Fact]
    public Task Server_sent_events_end_with_their_token() => WithBriefTokenAsync(async token =>
    {
        using var events = new PollingClient(_node.Hub, await PollingClient.NegotiateAsync(_node.Hub, token));
        var stream = events.StreamAsync(token);
        var taken = HttpStatusCode.NotFound;
        await Eventually.That("the stream takes the handshake, or the token has expired", async () =>
            (taken = (await events.PostAsync(token, """{"protocol":"json","version":1}""")).Status) is HttpStatusCode.OK or HttpStatusCode.Unauthorized);
        taken.Should().Be(HttpStatusCode.OK);

        (await stream).Status.Should().Be(HttpStatusCode.OK);
        return true;
    });

    [Fact]
    public async Task A_connection_id_of_another_hub_is_not_found()
    {
        var foreign = await PollingClient.NegotiateAsync(OpenHub, null);
        using var polling = new PollingClient(_node.Hub, foreign);
        var token = TestTokens.For("alice");

        (await polling.PollAsync(token)).Status.Should().Be(HttpStatusCode.NotFound);
        (await polling.StreamAsync(token)).Status.Should().Be(HttpStatusCode.NotFound);
        var socket = () => RawClient.ConnectAsync(_node, "alice", $"&id={Uri.EscapeDataString(foreign)}");
        await socket.Should().ThrowAsync<System.Net.WebSockets.WebSocketException>();
    }

    // A busy machine may need longer for the requests than a short token lives: then again with one that lives longer.
    private static async Task<T> WithBriefTokenAsync<T>(Func<string, Task<T>> run)
    {
        for (var seconds = 3; ; seconds *= 2)
        {
            try
            {
                return await run(TestTokens.For("alice", lifetime: TimeSpan.FromSeconds(seconds)));
            }
            catch (Xunit.Sdk.XunitException) when (seconds < 60)
            {
                // Refused: the token had expired.
            }
        }
    }

    private sealed class AnybodysHub : Hub;
}
