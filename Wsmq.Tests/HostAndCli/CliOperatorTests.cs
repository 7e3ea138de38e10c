using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Api;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The commands for operators against a real node, as processes.</summary>
public sealed class CliOperatorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Members_are_added_listed_and_removed()
    {
        await using var cli = await ApiCli.StartAsync(_folder);

        (await cli.OkAsync("group", "add", "team/a b", "bob")).Should().Be("bob is a member of team/a b");
        (await cli.OkAsync("groups", "add", "group:team/a b", "user:alice", "--json")).Should()
            .Be("{\"group\":\"team/a b\",\"user\":\"alice\",\"member\":true}");
        (await cli.OkAsync("group", "members", "team/a b")).Should().Be("alice\nbob");
        (await cli.OkAsync("user", "groups", "bob", "--json")).Should().Be("\"team/a b\"");
        await cli.OkAsync("group", "add", "team/a b", "eve", "--from", "0000000000000000");
        await cli.OkAsync("group", "remove", "team/a b", "eve");
        await cli.OkAsync("group", "remove", "team/a b", "bob");
        await cli.OkAsync("group", "add", "group:group:7", "user:user:42");
        (await cli.Node.Groups.ListMembersAsync("group:7")).Should().Equal("user:42");
        (await cli.Node.Groups.IsInGroupAsync("bob", "team/a b")).Should().BeFalse();
    }

    [Fact]
    public async Task A_user_is_banned_unbanned_disconnected_and_tokens_are_revoked()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        using var bob = new HttpCaller(cli.Node.Address, TestTokens.Issued("bob", "t/1", DateTimeOffset.UtcNow.AddMinutes(-1)));

        (await cli.OkAsync("user", "ban", "bob", "--until", "2099-01-31T18:00:00Z", "--json")).Should()
            .Be("{\"banned\":true,\"until\":4073565600000}");
        (await cli.OkAsync("user", "banned", "bob")).Should().Be("banned");
        (await bob.ReadAsync("user:bob")).Code.Should().Be("banned");
        (await cli.OkAsync("user", "unban", "bob")).Should().Be("not banned");
        (await bob.ReadAsync("user:bob")).Status.Should().Be(200);
        (await cli.OkAsync("user", "disconnect", "bob")).Should().Be("disconnected");
        (await cli.OkAsync("token", "revoke", "t/1")).Should().Be("revoked");
        (await bob.ReadAsync("user:bob")).Code.Should().Be("revoked");
        (await cli.OkAsync("user", "revoke-tokens", "bob")).Should().Be("revoked");
    }

    [Fact]
    public async Task Dead_letters_are_listed_shown_replayed_and_removed()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        await using (var bob = await PlainClient.ConnectAsync(cli.Node, "bob", "phone", ack: false))
        {
            for (var i = 0; i < 3; i++)
            {
                var body = WsmqJsonBody.Parse($$"""{"big":{{long.MaxValue}},"i":{{i}}}""");
                var sent = await cli.Node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = body });
                await bob.Connection.InvokeAsync<int>("Nack", "user:bob", sent.Position, WsmqNackReasons.NoHandler);
            }
        }

        var list = (await cli.OkAsync("dead-letter", "list", "--user", "bob", "--json")).Split('\n')
            .Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var ids = list.Select(l => l.GetProperty("id").GetString()!).ToList();
        ids.Should().HaveCount(3);
        (await cli.OkAsync("dead-letters", "list", "--user", "bob", "--max", "2")).Split('\n').Should().HaveCount(2)
            .And.OnlyContain(l => l.Contains("  bob  from user:bob ", StringComparison.Ordinal) && l.Contains("device phone", StringComparison.Ordinal));
        (await cli.OkAsync("dead-letter", "show", "bob", ids[1])).Should().Contain($$"""{"big":{{long.MaxValue}},"i":1}""");
        JsonDocument.Parse(await cli.OkAsync("dead-letter", "show", "bob", ids[1], "--json")).RootElement.GetProperty("message")
            .GetProperty("body").GetProperty("big").GetRawText().Should().Be($"{long.MaxValue}", "no number is rounded");
        (await cli.OkAsync("dead-letter", "replay", "bob", ids[0])).Should().StartWith("stored  position ");
        (await cli.OkAsync("dead-letter", "remove", "bob", ids[1])).Should().Be("removed");
        var again = await cli.RunAsync("dead-letter", "remove", "bob", ids[1]);
        (again.Code, again.Output).Should().Be((1, ""));
        (await cli.RunAsync("dead-letter", "replay", "bob", ids[0])).Code.Should().Be(1);
        (await cli.OkAsync("user", "devices", "bob")).Should().StartWith("phone  last seen 2");
        (await cli.OkAsync("user", "remove-device", "bob", "phone")).Should().Be("removed");
        (await cli.RunAsync("user", "remove-device", "bob", "phone")).Code.Should().Be(1);
    }

    [Fact]
    public async Task Messages_of_any_sender_that_wait_are_listed_and_cancelled()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        foreach (var (id, hours) in new[] { ("b", 2), ("a", 1), ("c", 3) })
        {
            await cli.Node.Publisher.SendAsync(new WsmqOutgoingMessage
            {
                To = "user:bob", Id = id, Type = "reminder", Delay = TimeSpan.FromHours(hours), Body = WsmqJsonBody.Parse("17"),
            });
        }

        var lines = (await cli.OkAsync("address", "delayed", "user:bob")).Split('\n');
        lines.Should().HaveCount(3).And.OnlyContain(
            l => l.Contains("from the app  reminder  id ", StringComparison.Ordinal) && l.EndsWith("17", StringComparison.Ordinal));
        var keys = (await cli.OkAsync("address", "delayed", "user:bob", "--json")).Split('\n').Select(l => JsonDocument.Parse(l).RootElement)
            .ToDictionary(m => m.GetProperty("id").GetString()!, m => m.GetProperty("key").GetString()!);
        keys.Keys.Should().Equal("a", "b", "c");
        (await cli.OkAsync("address", "cancel-delayed", "user:bob", keys["b"])).Should().Be("cancelled");
        (await cli.RunAsync("address", "cancel-delayed", "user:bob", keys["b"])).Code.Should().Be(1);
        (await cli.RunAsync("address", "delayed", "work:jobs")).Error.Should().Contain("invalid-address");
        (await cli.OkAsync("address", "delayed", "user:bob", "--max", "1")).Should().Contain("id a");
        (await cli.Node.Publisher.CancelDelayedAsync(WsmqAddress.User("bob"), "b")).Should().BeFalse();
    }

    [Fact]
    public async Task A_log_is_read_page_by_page_without_acknowledging_it()
    {
        await using var cli = await ApiCli.StartAsync(_folder);
        var positions = new List<string>();
        for (var i = 0; i < 520; i++)
            positions.Add((await cli.Node.Publisher.SendAsync(
                new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse($"{i}") })).Position);

        foreach (var _ in new[] { 1, 2 })
        {
            var lines = (await cli.As("bob").OkAsync("log", "read", "user:bob", "--json")).Split('\n');
            lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("body").GetInt32()).Should().Equal(Enumerable.Range(0, 520));
        }

        (await cli.As("bob").OkAsync("log", "read", "user:bob", "--after", positions[0], "--max", "2")).Split('\n').Should().HaveCount(2)
            .And.Contain(l => l.EndsWith("  1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_a_wrong_token_and_an_app_without_the_API_have_exit_codes_of_their_own()
    {
        await using var cli = await ApiCli.StartAsync(_folder);

        var refused = await cli.As("bob").RunAsync("group", "members", "ops");
        refused.Code.Should().Be(1);
        refused.Error.Should().StartWith("wsmq: [wsmq 3007 administer-not-allowed final]");
        var token = await cli.RunAsync("group", "members", "ops", "--token", "not.a.token");
        token.Code.Should().Be(4);
        token.Error.Should().Contain("401").And.NotContain("not.a.token");
        (await cli.RunAsync("group", "members", "ops", "--api-url", $"{cli.Node.Address}elsewhere")).Code.Should().Be(3);
        (await cli.RunAsync("group", "members", "ops", "--api-url", "http://127.0.0.1:9/wsmq-api")).Code.Should().Be(3);
    }

    [Fact]
    public async Task A_refusal_with_a_time_is_repeated_after_it()
    {
        await using var server = await ScriptedApi.StartAsync(
            (429, """{"number":4006,"code":"read-rate","title":"too fast","retry":true,"retryAfter":200}"""), (200, """["bob"]"""));
        await using var cli = ToolProcess.Start(
            ToolProcess.Cli, new Dictionary<string, string> { ["WSMQ_TOKEN"] = "x" }, "group", "members", "a", "--api-url", server.Url);

        (await cli.ExitCodeAsync()).Should().Be(0, cli.Error);

        cli.Output.Should().Equal("bob");
        server.Requests.Should().Equal("GET /groups/a/members", "GET /groups/a/members");
    }

    [Fact]
    public async Task A_refusal_with_a_time_after_the_timeout_is_reported()
    {
        await using var server = await ScriptedApi.StartAsync(
            (503, """{"number":5001,"code":"store-unavailable","title":"no store","retry":true,"retryAfter":60000}"""));
        await using var cli = ToolProcess.Start(
            ToolProcess.Cli, new Dictionary<string, string> { ["WSMQ_TOKEN"] = "x" }, "user", "ban", "a", "--api-url", server.Url);

        (await cli.ExitCodeAsync()).Should().Be(1);

        cli.Error.Should().Contain("5001").And.Contain("[retry-after 60000]");
        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_change_without_an_answer_has_an_unknown_outcome()
    {
        await using var server = await ScriptedApi.StartAsync((0, ""));
        await using var cli = ToolProcess.Start(
            ToolProcess.Cli, new Dictionary<string, string> { ["WSMQ_TOKEN"] = "x" }, "user", "ban", "a", "--api-url", server.Url);

        (await cli.ExitCodeAsync()).Should().Be(5, cli.Error);

        cli.Error.Should().Contain("may have been made");
    }

    [Theory]
    [InlineData("group", "add", "ops")]
    [InlineData("group", "add", " ops", "bob", "--token", "x")]
    [InlineData("group", "add", "ops", "bob", "--token", "x", "--from", "7")]
    [InlineData("user", "ban", "bob", "--token", "x", "--until", "soon")]
    [InlineData("user", "ban", ".", "--token", "x")]
    [InlineData("log", "read", "bob", "--token", "x")]
    [InlineData("log", "read", "user:bob", "--token", "x", "--after", "7")]
    [InlineData("log", "read", "user:bob", "--token", "x", "--max", "0")]
    [InlineData("address", "send", "user:bob", "--token", "x")]
    [InlineData("address", "send", "user:bob", "--token", "x", "--remove-state")]
    [InlineData("address", "send", "user:bob", "1", "--token", "x", "--expected-tail", "7")]
    [InlineData("group", "members", "x", "--token", "x", "--api-url", "http://bob:secret@localhost/wsmq-api")]
    [InlineData("dead-letter", "run", "burn", "--token", "x")]
    [InlineData("queue", "purge", "emails", "--url", "http://127.0.0.1:9/wsmq", "--timeout", "1s")]
    [InlineData("token")]
    public async Task Wrong_usage_ends_with_exit_code_2_and_one_line(params string[] arguments)
    {
        await using var cli = ToolProcess.Start(ToolProcess.Cli, new Dictionary<string, string>(), arguments);

        (await cli.ExitCodeAsync()).Should().Be(2, cli.Error);

        cli.Error.Split('\n').Should().ContainSingle().Which.Should().NotContain("secret");
    }
}
