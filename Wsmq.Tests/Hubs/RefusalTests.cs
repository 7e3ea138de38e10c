using System.Net;
using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.IdentityModel.Tokens;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

/// <summary>Which calls and connections are refused with which code; after a refused call the connection still works.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")), o => (o.Devices.MaxPerUser, o.Publish.MaxBodyBytes) = (2, 1024));

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string, object, string> BadSends => new()
    {
        { "unknown kind", new { to = "topic:x" }, "unknown-address-kind" },
        { "look-alike kind", new { to = "\uFF55ser:bob" }, "unknown-address-kind" },
        { "upper-case kind", new { to = "User:bob" }, "unknown-address-kind" },
        { "no colon", new { to = "bob" }, "invalid-address" },
        { "no address", new { body = 1 }, "invalid-address" },
        { "empty name", new { to = "user:" }, "invalid-name" },
        { "over-long name", new { to = "user:" + new string('x', 257) }, "name-too-long" },
        { "over-long name in UTF-8", new { to = "user:" + new string('ü', 129) }, "name-too-long" },
        { "control character", new { to = "user:b\u0007b" }, "invalid-name" },
        { "line break", new { to = "user:bob\n" }, "invalid-name" },
        { "leading space", new { to = "user: bob" }, "invalid-name" },
        { "zero-width joiner", new { to = "user:b\u200Dob" }, "invalid-name" },
        { "right-to-left override", new { to = "user:b\u202Eob" }, "invalid-name" },
        { "Cyrillic letter among Latin ones", new { to = "user:\u0430lice" }, "invalid-name" },
        { "full-width letter", new { to = "user:\uFF42ob" }, "invalid-name" },
        { "decomposed letter", new { to = "user:u\u0308" }, "invalid-name" },
        { "no-break space", new { to = "user:a\u00A0b" }, "invalid-name" },
        { "worker queue", new { to = "work:jobs" }, "unknown-queue" },
        { "forged sender", new { to = "user:bob", sender = "carol" }, "sender-not-allowed" },
        { "forged sender, own name", new { to = "user:bob", sender = "alice" }, "sender-not-allowed" },
        { "group of which the sender is no member", new { to = "group:secret" }, "send-not-allowed" },
        { "reply-to that the sender may not send to", new { to = "user:bob", replyTo = "group:secret" }, "reply-to-not-allowed" },
        { "malformed reply-to", new { to = "user:bob", replyTo = "x" }, "invalid-address" },
        { "number as address", new { to = 5 }, "invalid-message" },
        { "list as headers", new { to = "user:bob", headers = new[] { 1 } }, "invalid-message" },
        { "number as header", new { to = "user:bob", headers = new { a = 1 } }, "invalid-message" },
        { "data that is no base64", new { to = "user:bob", data = "%%%" }, "invalid-message" },
        { "body and data", new { to = "user:bob", body = 1, data = "AA==" }, "invalid-body" },
        { "content type without data", new { to = "user:bob", contentType = "x/y" }, "invalid-message" },
        { "body over the limit", new { to = "user:bob", body = new string('x', 1023) }, "message-too-large" },
        { "data over the limit", new { to = "user:bob", data = Convert.ToBase64String(new byte[1025]) }, "message-too-large" },
        { "headers over the limit", new { to = "user:bob", headers = new { a = new string('x', 5000) } }, "message-too-large" },
        { "over-long id", new { to = "user:bob", id = new string('x', 129) }, "invalid-message" },
        { "empty id", new { to = "user:bob", id = "" }, "invalid-message" },
        { "control character in the type", new { to = "user:bob", type = "a\nb" }, "invalid-message" },
        { "text instead of a message", "hello", "invalid-message" },
        { "list instead of a message", new[] { 1 }, "invalid-message" },
        { "half a surrogate pair in a header's name", Raw("""{"to":"user:bob","headers":{"\ud800":"x"}}"""), "invalid-message" },
        { "half a surrogate pair in a field's name", Raw("""{"to":"user:bob","\ud800":1}"""), "invalid-message" },
        { "half a surrogate pair in the address", Raw("""{"to":"user:\ud800"}"""), "invalid-message" },
    };

    [Theory]
    [MemberData(nameof(BadSends))]
    public async Task An_invalid_send_is_refused_with_its_code_and_the_connection_stays_open(string what, object message, string code)
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");

        var refused = await Record.ExceptionAsync(() => alice.Connection.InvokeAsync<WsmqReceipt>("Send", message));

        Code(refused).Should().Be(code, what);
        await alice.SendAsync("user:bob", "next");
        await bob.ReceivesAsync("\"next\"");
    }

    [Fact]
    public async Task A_body_that_is_nested_too_deeply_is_refused_before_it_can_fail_at_a_receiver()
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        var deep = WsmqJsonBody.Trusted(Encoding.UTF8.GetBytes(new string('[', 55) + new string(']', 55)));

        var refused = await Record.ExceptionAsync(() =>
            alice.Connection.InvokeAsync<WsmqReceipt>("Send", new WsmqOutgoingMessage { To = "user:bob", Body = deep }));

        Code(refused).Should().Be("invalid-body");
    }

    [Theory]
    [InlineData("user:bob", "0000000000000001", "read-not-allowed")]
    [InlineData("group:secret", "0000000000000001", "read-not-allowed")]
    [InlineData("work:jobs", "0000000000000001", "read-not-allowed")]
    [InlineData("nobody", "0000000000000001", "invalid-address")]
    [InlineData("user:alice", "1", "invalid-position")]
    [InlineData("user:alice", "", "invalid-position")]
    [InlineData("user:alice", null, "invalid-position")]
    [InlineData("user:alice", "-000000000000001", "invalid-position")]
    [InlineData("user:alice", "00000000000000000001", "invalid-position")]
    [InlineData("user:alice", "9999999999999999", "invalid-position")]
    [InlineData("user:alice", "\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661", "invalid-position")]
    [InlineData("user:alice", 5, "invalid-position")]
    [InlineData("user:alice", true, "invalid-position")]
    [InlineData(7, "0000000000000001", "invalid-address")]
    public async Task An_invalid_ack_or_resume_is_refused_with_its_code(object source, object? position, string code)
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        foreach (var method in new[] { "Ack", "Resume" })
            Code(await Record.ExceptionAsync(() => alice.Connection.InvokeAsync(method, source, position))).Should().Be(code, method);
        alice.Connection.State.Should().Be(HubConnectionState.Connected);
    }

    [Fact]
    public async Task Positions_past_the_tail_are_refused_and_the_cursor_stays()
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice", ack: false);
        var receipt = await alice.SendAsync("user:alice", 1);
        var beyond = WsmqPosition.Parse(receipt.Position).Next().ToString();

        Code(await Record.ExceptionAsync(() => alice.Connection.InvokeAsync("Ack", "user:alice", beyond))).Should().Be("ack-beyond-tail");
        Code(await Record.ExceptionAsync(() => alice.Connection.InvokeAsync("Resume", "user:alice", beyond))).Should().Be("position-beyond-tail");

        await using var again = await PlainClient.ConnectAsync(_node, "alice");
        await again.ReceivesAsync("1");
    }

    [Fact]
    public async Task A_device_over_the_limit_is_refused_and_the_others_stay_connected()
    {
        await using var first = await PlainClient.ConnectAsync(_node, "alice", "one");
        await using var second = await PlainClient.ConnectAsync(_node, "alice", "two");
        await using var same = await PlainClient.ConnectAsync(_node, "alice", "two");

        // StartAsync completes before the server has registered the device; the first call waits until it has.
        foreach (var client in new[] { first, second, same })
            await client.SendAsync("user:nobody", 1);

        (await ConnectionErrorAsync(TestTokens.For("alice"), "three")).Should().Be("too-many-devices");
        await first.SendAsync("user:alice", 1);
        await second.ReceivesAsync("1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u200Bb")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task An_invalid_device_name_is_refused(string device) =>
        (await ConnectionErrorAsync(TestTokens.For("alice"), device)).Should().Be("invalid-device");

    [Fact]
    public async Task A_user_without_identifier_is_refused() =>
        (await ConnectionErrorAsync(TestTokens.For(null), null)).Should().Be("no-user-identifier");

    [Fact]
    public async Task A_user_whose_identifier_looks_like_another_is_refused() =>
        (await ConnectionErrorAsync(TestTokens.For("\u0430lice"), null)).Should().Be("invalid-user-identifier");

    public static TheoryData<string, string?> BadTokens => new()
    {
        { "none", null },
        { "not a token", "nonsense" },
        { "expired", TestTokens.For("alice", lifetime: TimeSpan.FromMinutes(-1)) },
        { "wrong audience", TestTokens.For("alice", audience: "somebody-else") },
        { "another key", TestTokens.For("alice", key: new SymmetricSecurityKey(new byte[32])) },
        { "unsigned", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSIsImF1ZCI6IndzbXEiLCJpc3MiOiJ3c21xLXRlc3RzIn0." },
    };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_connection_without_a_valid_token_is_refused(string what, string? token)
    {
        await using var client = PlainClient.Create(_node.Hub, token);

        var refused = await Record.ExceptionAsync(() => client.Connection.StartAsync());

        refused.Should().NotBeNull(what);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, _node.Hub + "/negotiate?negotiateVersion=1");
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var response = await http.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized, what);
    }

    private async Task<string?> ConnectionErrorAsync(string token, string? device)
    {
        await using var client = PlainClient.Create(_node.Hub, token, device);
        await client.Connection.StartAsync();
        await Eventually.That("the server closes the connection", () => client.Closed is not null);
        return Code(client.Closed);
    }

    // Sent unchanged: a serializer would replace invalid Unicode.
    private static WsmqJsonBody Raw(string json) => WsmqJsonBody.Trusted(Encoding.UTF8.GetBytes(json));

    private static string? Code(Exception? exception) => WsmqError.Find(exception?.Message)?.Code;
}
