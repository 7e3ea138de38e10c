using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// A full run against a host that logs everything, on Redis: both clients, refusals, malformed frames, invalid and expired tokens,
/// revocations and bans. Nothing that the host or the typed client logs contains a part of a token or a body.
/// </summary>
public sealed class HostPrivacyTests(SharedRedis redis) : IAsyncLifetime, IClassFixture<SharedRedis>
{
    private const string Marker = "marker-of-a-body";
    private readonly Tools _tools = new();
    private readonly RecordedLogs _logs = new();
    private readonly List<string> _tokens = [];
    private TestNode _other = null!;

    private Uri Hub => new(_tools.Url);

    public async Task InitializeAsync()
    {
        var prefix = redis.NextPrefix();
        await _tools.StartHostAsync([.. Tools.Trace, "--Wsmq:Redis", redis.Server.EndPoint, "--Wsmq:RedisOptions:KeyPrefix", prefix, "--Wsmq:Options:Presence:IsEnabled", "true"]);
        _other = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix));
    }

    public async Task DisposeAsync()
    {
        await _other.DisposeAsync();
        await _tools.DisposeAsync();
    }

    [Fact]
    public async Task No_part_of_a_token_or_a_body_is_logged()
    {
        await TypedAsync();
        await PlainAsync();
        await RefusedAsync();
        await TimedAsync();
        await StateAsync();
        await MessagingAsync();
        await ExpelledAsync();

        await Eventually.That("the last close is logged", () => _tools.Host.Output.Any(l => l.Contains("was closed: banned", StringComparison.Ordinal)));
        Tools.NothingSecretIn(_tools.Host, Marker, [.. _tokens]);
        var client = string.Join('\n', _logs.All);
        client.Should().NotContain(Marker);
        foreach (var part in _tokens.SelectMany(t => t.Split('.')).Where(p => p.Length > 0))
            client.Should().NotContain(part);
    }

    private async Task TypedAsync()
    {
        await using var bob = await StartAsync("bob");
        await bob.Client.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Type = "chat", Body = WsmqJsonBody.Parse($"\"{Marker}\""), Headers = new Dictionary<string, string> { ["h"] = Marker } });
        await bob.Client.Invoking(c => c.SendAsync(new WsmqOutgoingMessage { To = "group:secret", Body = WsmqJsonBody.Parse($"\"{Marker}\"") }))
            .Should().ThrowAsync<WsmqException>();
        await Eventually.That("the message was tried", () => bob.Errors.Count > 0);
    }

    private async Task PlainAsync()
    {
        // In the query, as browsers send it: there a token is most easily logged.
        var token = Token("carol");
        await using var carol = PlainClient.Create(new Uri($"{_tools.Url}?access_token={token}"), token: null);
        await carol.Connection.StartAsync();
        await carol.SendAsync("user:carol", Marker);
        await carol.ReceivesAsync($"\"{Marker}\"");
        foreach (var bad in new object[] { new { to = "group:secret", body = Marker }, new { to = "nobody", body = Marker }, new { to = "user:carol", data = Marker }, Marker })
            await carol.Connection.Invoking(c => c.InvokeAsync("Send", bad)).Should().ThrowAsync<Exception>();
        await carol.Connection.Invoking(c => c.InvokeAsync("NoSuchMethod", Marker)).Should().ThrowAsync<Exception>();
        await carol.Connection.Invoking(c => c.InvokeAsync("ReportProgress", "work:demo", Marker, Marker, Marker)).Should().ThrowAsync<Exception>();
    }

    private async Task TimedAsync()
    {
        await using var frank = await StartAsync("frank");
        var message = new WsmqOutgoingMessage { To = "user:frank", Type = nameof(Number), Body = WsmqJsonBody.Parse($"\"{Marker}\"") };
        await frank.Client.SendAsync(message with { To = "user:gone", TimeToLive = TimeSpan.FromMilliseconds(1) });
        await frank.Client.SendAsync(message with { Delay = TimeSpan.FromMilliseconds(200) });
        var cancelled = await frank.Client.SendAsync(message with { Delay = TimeSpan.FromHours(1) });
        (await frank.Client.CancelDelayedAsync(WsmqAddress.User("frank"), cancelled.Id)).Should().BeTrue();
        await frank.Client.Invoking(c => c.SendAsync(message with { Delay = TimeSpan.FromDays(4_000) })).Should().ThrowAsync<WsmqException>();
        await Eventually.That("the message that was due was tried", () => frank.Errors.Count > 0);
        await using var gone = await StartAsync("gone");
        await Eventually.That("the expired one is a gap", () => gone.Gaps.Count == 1);
    }

    private async Task StateAsync()
    {
        await using var heidi = await StartAsync("heidi");
        var message = new WsmqOutgoingMessage { To = "user:kept", Type = nameof(Number), StateKey = Marker, Body = WsmqJsonBody.Parse($"\"{Marker}\"") };
        await heidi.Client.SendAsync(message);
        await heidi.Client.Invoking(c => c.SendAsync(message with { ExpectedTail = WsmqPosition.Start })).Should().ThrowAsync<WsmqException>();
        await heidi.Client.Invoking(c => c.SendAsync(message with { StateKey = Marker + new string('x', 200) })).Should().ThrowAsync<WsmqException>();
        await heidi.Client.RemoveStateAsync(WsmqAddress.User("kept"), Marker);
        await using var kept = await StartAsync("kept");
        await Eventually.That("the message was tried", () => kept.Errors.Count > 0);
    }

    // Filters, tracked messages, sequences, requests and presence, with their refusals.
    private async Task MessagingAsync()
    {
        var (judy, body) = (WsmqAddress.User("judy"), WsmqJsonBody.Parse($"\"{Marker}\""));
        await using var ivan = await StartAsync("ivan");
        await ivan.Client.SetFilterAsync(WsmqAddress.User("ivan"), new WsmqFilter { Headers = new Dictionary<string, string> { ["h"] = Marker } });
        await ivan.Client.Invoking(c => c.SetFilterAsync(judy, new WsmqFilter { Types = [Marker + new string('x', 5_000)] })).Should().ThrowAsync<WsmqException>();
        var message = new WsmqOutgoingMessage { To = judy.ToString(), Type = nameof(Number), Body = body, Track = true };
        await ivan.Client.SendAsync(message);
        await ivan.Client.SendAsync(message with { Sequence = new WsmqSequence("p", 1, 1) });
        await ivan.Client.Invoking(c => c.SendAsync(message with { Sequence = new WsmqSequence("p", 1, 3) })).Should().ThrowAsync<WsmqException>();
        await ivan.Client.Invoking(c => c.RequestAsync(message with { Track = false }, TimeSpan.FromSeconds(5))).Should().ThrowAsync<WsmqException>();
        await ivan.Client.SetPresenceAsync(away: true, body);
        await ivan.Client.Invoking(c => c.SetPresenceAsync(away: true, WsmqJsonBody.Parse($"\"{Marker}{new string('x', 5_000)}\""))).Should().ThrowAsync<WsmqException>();
    }

    private async Task RefusedAsync()
    {
        var old = Note(_tools.Token("dave", TimeSpan.FromMinutes(-10)));
        var good = Token("dave");
        var forged = Note(good[..^8] + "AAAAAAAA");
        foreach (var token in new[] { old, forged, Note("nonsense-instead-of-a-token") })
            await TryAsync(token, null);
        await TryAsync(good, "https://evil.example");
        foreach (var frame in new[] { $"{Marker}", $$"""{"type":1,"target":"Send","arguments":["{{Marker}}" """, $$"""{"type":1,"invocationId":"1","target":"Send","arguments":[{"to":"user:x","body":"{{Marker}}",""", new string('x', 700_000) + Marker })
            await TryAsync(good, null, frame);
    }

    private async Task ExpelledAsync()
    {
        await using var eve = await StartAsync("eve");
        await eve.Client.SendAsync(new WsmqOutgoingMessage { To = "user:nobody", Body = WsmqJsonBody.Parse($"\"{Marker}\"") });
        await _other.Access.BanAsync("eve");
        await Eventually.That("the typed client is closed", () => eve.Client.State == WsmqClientState.Stopped);
    }

    private async Task TryAsync(string token, string? origin, string? frame = null)
    {
        using var socket = new ClientWebSocket();
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        try
        {
            await socket.ConnectAsync(new UriBuilder(Hub) { Scheme = "ws", Query = $"access_token={token}" }.Uri, default);
            frame.Should().NotBeNull("the others are refused");
            foreach (var text in new[] { """{"protocol":"json","version":1}""", frame })
                await socket.SendAsync(Encoding.UTF8.GetBytes(text + HubSocket.Separator), WebSocketMessageType.Text, true, default);
            var buffer = new byte[64 * 1024];
            while ((await socket.ReceiveAsync(new ArraySegment<byte>(buffer), default)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            // Refused, or closed by the host.
        }
    }

    private async Task<TypedClient> StartAsync(string user)
    {
        var token = Token(user);
        return await TypedClient.StartAsync(Hub, user, configure: o =>
        {
            o.AccessTokenProvider = _ => Task.FromResult<string?>(token);
            o.LoggerFactory = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
        });
    }

    private string Token(string user) => Note(_tools.Token(user));

    private string Note(string token)
    {
        _tokens.Add(token);
        return token;
    }
}
