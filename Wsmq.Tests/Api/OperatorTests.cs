using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Operators' endpoints: each needs its own right, and does what the service of the app does.</summary>
public sealed class OperatorTests : IDisposable
{
    /// <summary>The endpoints, and the right that each of them needs.</summary>
    public static readonly (string Endpoint, WsmqAction Action)[] Rights =
    [
        ("GET /groups/{group}/members", WsmqAction.View),
        ("PUT /groups/{group}/members/{user}", WsmqAction.ChangeMembers),
        ("DELETE /groups/{group}/members/{user}", WsmqAction.ChangeMembers),
        ("GET /nodes", WsmqAction.View),
        ("GET /users/{user}/connections", WsmqAction.View),
        ("GET /users/{user}/groups", WsmqAction.View),
        ("GET /users/{user}/devices", WsmqAction.View),
        ("DELETE /users/{user}/devices/{device}", WsmqAction.Remove),
        ("GET /users/{user}/dead-letters", WsmqAction.View),
        ("GET /users/{user}/dead-letters/{id}", WsmqAction.ReadBody),
        ("POST /users/{user}/dead-letters/{id}/replay", WsmqAction.Replay),
        ("DELETE /users/{user}/dead-letters/{id}", WsmqAction.Remove),
        ("POST /users/{user}/disconnect", WsmqAction.Disconnect),
        ("GET /users/{user}/ban", WsmqAction.View),
        ("PUT /users/{user}/ban", WsmqAction.Ban),
        ("DELETE /users/{user}/ban", WsmqAction.Ban),
        ("POST /users/{user}/revoke-tokens", WsmqAction.Revoke),
        ("DELETE /tokens/{token}", WsmqAction.Revoke),
        ("GET /addresses", WsmqAction.View),
        ("GET /addresses/{address}", WsmqAction.View),
        ("GET /addresses/{address}/entries", WsmqAction.View),
        ("GET /addresses/{address}/entries/{position}", WsmqAction.ReadBody),
        ("GET /addresses/{address}/entries/{position}/life", WsmqAction.View),
        ("GET /addresses/{address}/state", WsmqAction.View),
        ("GET /addresses/{address}/delayed", WsmqAction.View),
        ("DELETE /addresses/{address}/delayed/{key}", WsmqAction.Remove),
        ("GET /addresses/{address}/presence", WsmqAction.View),
        ("GET /addresses/{address}/events", WsmqAction.View),
        ("POST /addresses/{address}/messages", WsmqAction.Send),
        ("GET /dead-letters", WsmqAction.View),
        ("POST /dead-letters/count", WsmqAction.View),
        ("POST /dead-letters/runs", WsmqAction.Replay),
        ("GET /dead-letters/runs", WsmqAction.View),
        ("GET /dead-letters/runs/{id}", WsmqAction.View),
        ("DELETE /dead-letters/runs/{id}", WsmqAction.Remove),
        ("GET /keys", WsmqAction.ManageKeys),
        ("POST /keys", WsmqAction.ManageKeys),
        ("DELETE /keys/{id}", WsmqAction.ManageKeys),
    ];

    /// <summary>The endpoint for which any right is enough.</summary>
    public const string AnyRight = "GET /rights";

    /// <summary>Stopping a run needs the right with which it was started; without such a run both get the same answer.</summary>
    private static readonly (string Endpoint, WsmqAction Action) AlsoAllowed = ("DELETE /dead-letters/runs/{id}", WsmqAction.Replay);

    /// <summary>The bodies of the endpoints that ask for the right only after they have read it.</summary>
    public static readonly Dictionary<string, string> Bodies = new()
    {
        ["POST /addresses/{address}/messages"] = """{"body":1}""",
        ["POST /dead-letters/count"] = "{}",
        ["POST /dead-letters/runs"] = """{"id":"r","action":"replay","filter":{},"until":0}""",
    };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<WsmqAction> Actions => [.. Enum.GetValues<WsmqAction>()];

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task A_right_allows_its_endpoints_and_no_others(WsmqAction action)
    {
        await using var node = await StartAsync([action]);
        using var admin = HttpCaller.Of(node, "admin");
        var wrong = new List<string>();
        foreach (var (endpoint, needed) in Rights)
        {
            var answer = await AskAsync(admin, endpoint);

            // An id or a body that is not well-formed is noticed only after the right was checked.
            var isAllowed = answer.Status < 300 || answer.Code is "invalid-message" or "unsupported-content-type";
            if (isAllowed != (needed == action || AlsoAllowed == (endpoint, action)) || (!isAllowed && answer is not { Status: 403, Code: "administer-not-allowed" }))
                wrong.Add($"{endpoint}: {answer.Status} {answer.Code}");
        }

        wrong.Should().BeEmpty();
    }

    [Fact]
    public async Task Nobody_is_an_operator_by_default_and_nobody_without_a_token()
    {
        await using var node = await HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")));
        using var admin = HttpCaller.Of(node, "admin");
        using var nobody = new HttpCaller(node.Address, null);
        foreach (var endpoint in Rights.Select(r => r.Endpoint).Append(AnyRight))
        {
            (await AskAsync(admin, endpoint)).Code.Should().Be("administer-not-allowed", endpoint);
            (await AskAsync(nobody, endpoint)).Status.Should().Be(401, endpoint);
        }
    }

    [Fact]
    public async Task Members_are_added_listed_and_removed()
    {
        await using var node = await StartAsync(Enum.GetValues<WsmqAction>());
        using var admin = HttpCaller.Of(node, "admin");

        (await admin.AskAsync("PUT", "/groups/team%2Fa/members/bob")).Status.Should().Be(204);
        await node.Groups.AddToGroupAsync("alice", "team/a");
        (await admin.GetAsync("/groups/team%2Fa/members")).Text.Should().Be("""["alice","bob"]""");
        (await admin.GetAsync("/users/bob/groups")).Text.Should().Be("""["team/a"]""");
        (await admin.AskAsync("DELETE", "/groups/team%2Fa/members/bob")).Status.Should().Be(204);
        (await node.Groups.IsInGroupAsync("bob", "team/a")).Should().BeFalse();
    }

    [Fact]
    public async Task A_member_is_added_from_a_position_of_the_log()
    {
        await using var node = await StartAsync(Enum.GetValues<WsmqAction>());
        using var admin = HttpCaller.Of(node, "admin");
        var sent = await node.Publisher.SendManyAsync(
            [.. Enumerable.Range(0, 3).Select(i => new WsmqOutgoingMessage { To = "group:ops", Body = WsmqJsonBody.Parse($"{i}") })]);

        (await admin.AskAsync("PUT", "/groups/ops/members/bob?from=7")).Code.Should().Be("invalid-position");
        (await admin.AskAsync("PUT", "/groups/ops/members/bob?from=9007199254740991")).Code.Should().Be("position-beyond-tail");
        (await admin.AskAsync("PUT", $"/groups/ops/members/bob?from={sent[0].Receipt!.Position}")).Status.Should().Be(204);

        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.ReceivesAsync("1", "2");
    }

    [Theory]
    [InlineData("PUT", "/groups/group:ops/members/alice")]
    [InlineData("PUT", "/groups/ops/members/user:alice")]
    [InlineData("GET", "/groups/group:ops/members")]
    [InlineData("PUT", "/users/user:alice/ban")]
    public async Task An_address_in_place_of_a_name_is_refused(string method, string path)
    {
        await using var node = await StartAsync(Enum.GetValues<WsmqAction>());
        using var admin = HttpCaller.Of(node, "admin");

        var refused = await admin.AskAsync(method, path);

        (refused.Status, refused.Code).Should().Be((400, "invalid-name"));
        refused.TextOf("detail").Should().Contain("without '");
        (await node.Groups.ListGroupsAsync("alice")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_name_that_begins_like_an_address_is_written_after_its_prefix()
    {
        await using var node = await StartAsync(Enum.GetValues<WsmqAction>());
        using var admin = HttpCaller.Of(node, "admin");

        (await admin.AskAsync("PUT", "/groups/group:group:7/members/user:user:42")).Status.Should().Be(204);

        (await node.Groups.ListMembersAsync("group:7")).Should().Equal("user:42");
    }

    [Fact]
    public async Task A_dead_letter_is_listed_read_replayed_and_removed()
    {
        await using var node = await StartAsync(Enum.GetValues<WsmqAction>());
        using var admin = HttpCaller.Of(node, "admin");
        await using (var bob = await PlainClient.ConnectAsync(node, "bob", "phone", ack: false))
        {
            var sent = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("""{ "n": 1 }""") });
            await bob.Connection.InvokeAsync<int>("Nack", "user:bob", sent.Position, WsmqNackReasons.NoHandler);
        }

        var list = await admin.GetAsync("/users/bob/dead-letters");
        var id = list.Json[0].GetProperty("id").GetString()!;
        var path = $"/users/bob/dead-letters/{Uri.EscapeDataString(id)}";
        var read = await admin.GetAsync(path);
        var replayed = await admin.AskAsync("POST", $"{path}/replay");

        list.Json[0].TryGetProperty("message", out _).Should().BeFalse("a list is not enough to read bodies");
        list.Json[0].GetProperty("device").GetString().Should().Be("phone");
        read.Text.Should().Contain("""{ "n": 1 }""");
        replayed.Json.GetProperty("position").GetString().Should().HaveLength(16);
        (await admin.AskAsync("POST", $"{path}/replay")).Text.Should().Be("null");
        (await admin.AskAsync("DELETE", path)).Text.Should().Be("false");
        (await admin.GetAsync("/users/bob/devices")).Json[0].GetProperty("name").GetString().Should().Be("phone");
        (await admin.AskAsync("DELETE", "/users/bob/devices/phone")).Text.Should().Be("true");
    }

    [Fact]
    public async Task A_user_is_banned_for_a_time_and_tokens_are_revoked()
    {
        await using var node = await StartAsync(Enum.GetValues<WsmqAction>());
        using var admin = HttpCaller.Of(node, "admin");
        using var bob = new HttpCaller(node.Address, TestTokens.Issued("bob", "t1", DateTimeOffset.UtcNow.AddMinutes(-1)));
        var until = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();

        (await admin.AskAsync("PUT", $"/users/bob/ban?until={until}")).Status.Should().Be(204);
        (await admin.GetAsync("/users/bob/ban")).Text.Should().Be("true");
        (await bob.ReadAsync("user:bob")).Code.Should().Be("banned");
        (await admin.AskAsync("DELETE", "/users/bob/ban")).Status.Should().Be(204);
        (await bob.ReadAsync("user:bob")).Status.Should().Be(200);
        (await admin.AskAsync("DELETE", "/tokens/t1")).Status.Should().Be(204);
        (await bob.ReadAsync("user:bob")).Code.Should().Be("revoked");
        (await admin.AskAsync("PUT", "/users/bob/ban?until=soon")).Code.Should().Be("invalid-message");
    }

    private static Task<ApiAnswer> AskAsync(HttpCaller caller, string endpoint) => EndpointCalls.AskAsync(caller, endpoint, "user:bob");

    private Task<TestNode> StartAsync(WsmqAction[] allowed) => HttpCaller.StartNodeAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")), services: b => b.Services.AddSingleton<IWsmqAuthorizer>(new Operators(allowed)));

    private sealed class Operators(WsmqAction[] allowed) : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanAdministerAsync(
            WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) =>
            new(caller.UserId == "admin" && allowed.Contains(action));
    }
}
