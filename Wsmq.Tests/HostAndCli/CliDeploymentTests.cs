using System.Text.Json;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The commands for operators against a real host on the embedded store, each with <c>--json</c> and without.</summary>
public sealed class CliDeploymentTests : IAsyncLifetime
{
    private readonly Tools _tools = new();
    private OperatorScene _scene = null!;

    public async Task InitializeAsync()
    {
        await _tools.StartHostAsync();
        _scene = new OperatorScene(_tools);
    }

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task Addresses_and_entries_are_searched_page_by_page()
    {
        var positions = await _scene.SendAsync("user:bob", 3, "order");
        await _scene.SendAsync("user:carol", 1);
        await _scene.SendAsync("group:ops", 1);

        (await _scene.OkAsync("address", "search", "--kind", "user")).Split('\n').Should()
            .Contain(l => l.StartsWith("user:bob  3 entries  ", StringComparison.Ordinal));
        (await _scene.JsonAsync("address", "search", "*o*", "--max", "2")).Select(a => a.GetProperty("address").GetString()).Should()
            .HaveCount(2).And.BeSubsetOf(["user:bob", "user:carol", "group:ops"]);
        (await _scene.OkAsync("address", "show", "user:bob")).Should().Contain("user:bob  3 entries").And.Contain($"last {positions[2]}");
        await _scene.IsWhatTheApiSaysAsync("/addresses/user:bob", "address", "show", "user:bob");
        var entries = (await _scene.OkAsync("address", "entries", "user:bob", "--newest", "--max", "2", "--type", "order")).Split('\n');
        entries.Select(e => e.Split(' ')[0]).Should().Equal(positions[2], positions[1]);
        entries[0].Should().Contain("  from alice  order  id ").And.EndWith("""bytes  {"n":2}""");
        (await _scene.JsonAsync("address", "entries", "user:bob", "--sender", "alice", "--after", positions[0])).Should().HaveCount(2);
        (await _scene.OkAsync("address", "entries", "user:bob", "--sender", "nobody")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_list_without_max_has_all_pages()
    {
        await using var alice = await _scene.ConnectAsync("alice");
        for (var i = 0; i < 110; i++)
            await alice.SendAsync("user:bob", i);

        (await _scene.JsonAsync("address", "entries", "user:bob")).Select(e => e.GetProperty("preview").GetString()).Should()
            .Equal(Enumerable.Range(0, 110).Select(i => $"{i}"));
    }

    [Fact]
    public async Task One_message_is_shown_with_its_life_and_an_operator_sends_one()
    {
        var position = (await _scene.SendAsync("user:bob", 1))[0];
        await using var phone = await _scene.ConnectAsync("bob", "phone");
        await phone.ReceivesAsync("""{"n":0}""");
        await Eventually.That("it is acknowledged", async () =>
            (await _scene.OkAsync("address", "life", "user:bob", position)).Contains("acknowledged  bob/phone", StringComparison.Ordinal));

        (await _scene.OkAsync("address", "life", "user:bob", position)).Split('\n')[1].Should().EndWith("stored  alice");
        await _scene.IsWhatTheApiSaysAsync($"/addresses/user:bob/entries/{position}/life", "address", "life", "user:bob", position);
        (await _scene.OkAsync("address", "entry", "user:bob", position)).Should().EndWith("""user:bob  from alice  test  {"n":0}""");
        await _scene.IsWhatTheApiSaysAsync($"/addresses/user:bob/entries/{position}", "address", "entry", "user:bob", position);
        (await _scene.OkAsync("address", "send", "user:bob", "hello", "--type", "note", "--id", "n1")).Should()
            .StartWith("stored  position ").And.EndWith("  id n1");
        (await _scene.JsonAsync("address", "send", "user:bob", "hello", "--type", "note", "--id", "n1")).Single()
            .GetProperty("duplicate").GetBoolean().Should().BeTrue();
        var none = await _tools.CliAsync("address", "entry", "user:bob", "0000000000000001", "--as", "admin");
        (none.Code, none.Output).Should().Be((1, ""));
    }

    [Fact]
    public async Task Nodes_connections_and_rights_are_listed()
    {
        await using var phone = await _scene.ConnectAsync("bob", "phone");

        (await _scene.OkAsync("node", "list")).Should().Contain("1 connections  0 streams  1 users  store sqlite");
        (await _scene.JsonAsync("nodes", "list")).Single().GetProperty("complete").GetBoolean().Should().BeTrue();
        (await _scene.OkAsync("user", "connections", "bob")).Should().Contain("  hub  WebSockets  since 2")
            .And.Contain("  device phone  reads ");
        await _scene.IsWhatTheApiSaysAsync("/users/bob/connections", "user", "connections", "bob");
        (await _scene.OkAsync("user", "connections", "carol")).Should().BeEmpty();
        (await _scene.OkAsync("rights")).Should().StartWith("admin  ").And.Contain("View").And.Contain("ManageKeys");
        await _scene.IsWhatTheApiSaysAsync("/rights?target=user:bob", "rights", "user:bob");
    }

    [Fact]
    public async Task An_operator_follows_logs_of_others()
    {
        await using var text = _tools.StartCli("tail", "user:bob", "group:ops", "--operator", "--count", "2", "--as", "admin");
        await using var json = _tools.StartCli("tail", "user:bob", "--operator", "--count", "1", "--json", "--as", "admin");
        await Eventually.That("all three streams are open", () =>
            (text.Error + json.Error).Split("connected to").Length == 4);

        var position = (await _scene.SendAsync("user:bob", 1, "order"))[0];
        await _scene.SendAsync("group:ops", 1);

        (await text.ExitCodeAsync()).Should().Be(0, text.Error);
        (await json.ExitCodeAsync()).Should().Be(0, json.Error);
        text.Output.Should().HaveCount(2)
            .And.OnlyContain(l => l.EndsWith("""{"n":0}""", StringComparison.Ordinal))
            .And.Contain(l => l.StartsWith(position, StringComparison.Ordinal));
        JsonDocument.Parse(json.Output.Single()).RootElement.GetProperty("preview").GetString().Should().Be("""{"n":0}""");
    }

    [Fact]
    public async Task Dead_letters_of_all_users_are_found_counted_and_a_run_is_started_stopped_and_listed()
    {
        await _scene.DeadLetterAsync("bob", 3);
        await _scene.DeadLetterAsync("carol", 1);

        (await _scene.OkAsync("dead-letter", "list")).Split('\n').Should().HaveCount(4)
            .And.OnlyContain(l => l.Contains("reason no-handler", StringComparison.Ordinal));
        (await _scene.JsonAsync("dead-letters", "list", "--source", "user:carol", "--type", "t*")).Single().GetProperty("user").GetString()
            .Should().Be("carol");
        (await _scene.OkAsync("dead-letter", "count", "--user", "bob")).Should().Be("3");
        (await _scene.JsonAsync("dead-letter", "count")).Single().GetProperty("count").GetInt32().Should().Be(4);

        var unconfirmed = await _tools.CliAsync("dead-letter", "run", "remove", "--as", "admin");
        unconfirmed.Code.Should().Be(2);
        unconfirmed.Error.Should().Contain("remove 4 dead letters");

        // Work for a minute: each command is a process that starts.
        await _scene.DeadLetterAsync("bob", 60);
        var run = (await _scene.JsonAsync(
            "dead-letter", "run", "replay", "--user", "bob", "--per-second", "1", "--id", "slow", "--detach", "--yes")).Single();
        run.GetProperty("state").GetString().Should().Be("running");
        (await _scene.OkAsync("dead-letter", "stop", "slow")).Should().StartWith("slow  replay  stopped  ");
        var watched = await _tools.CliAsync("dead-letter", "watch", "slow", "--json", "--as", "admin");
        watched.Code.Should().Be(1, "it was stopped");
        JsonDocument.Parse(watched.Output).RootElement.GetProperty("startedBy").GetString().Should().Be("admin");
        var all = await _scene.OkAsync("dead-letter", "run", "remove", "--id", "all", "--yes");
        all.Should().StartWith("all  remove  done  ").And.Contain("  0 failed").And.Contain("by admin").And.Contain("ended 2");
        (await _scene.OkAsync("dead-letter", "list")).Should().BeEmpty();
        (await _scene.OkAsync("dead-letter", "run", "remove", "--id", "empty")).Should().StartWith("empty  remove  done  0 of 0 done");
        (await _scene.JsonAsync("dead-letter", "runs")).Select(r => r.GetProperty("id").GetString()).Should().Equal("empty", "all", "slow");
        (await _scene.OkAsync("dead-letter", "runs")).Split('\n').Should().HaveCount(3);
        (await _tools.CliAsync("dead-letter", "stop", "none", "--as", "admin")).Code.Should().Be(1);
    }

    [Fact]
    public async Task Keys_are_created_listed_and_revoked()
    {
        var (code, key, told) = await _tools.CliAsync(
            "key", "create", "--name", "shop", "--scope", "send:user:bob", "--scope", "read", "--as", "admin");
        code.Should().Be(0, told);
        told.Should().Contain("key:shop").And.NotContain(key);
        var other = (await _scene.JsonAsync("key", "create", "--name", "till", "--scope", "read", "--expires", "1d")).Single();
        other.GetProperty("key").GetString().Should().StartWith("wsmqk_");

        (await _scene.OkAsync("key", "list")).Should().Contain("  shop  send:user:bob, read  created 2").And.Contain("does not expire");
        var listed = await _scene.JsonAsync("keys", "list");
        listed.Select(k => k.GetProperty("name").GetString()).Should().BeEquivalentTo("shop", "till");
        (await _tools.CliAsync("send", "user:bob", "hi", "--token", key)).Code.Should().Be(0);
        (await _tools.CliAsync("send", "user:carol", "hi", "--token", key)).Error.Should().Contain("send-not-allowed");
        var noRead = await _tools.CliAsync(
            "send", "user:bob", "hi", "--token", await _scene.OkAsync("key", "create", "--name", "x", "--scope", "send:user:bob"));
        noRead.Code.Should().Be(1);
        noRead.Error.Should().Contain("3002").And.Contain("needs the scope read or work to connect");
        var revoked = await _scene.JsonAsync("key", "revoke", other.GetProperty("id").GetString()!);
        revoked.Single().GetProperty("revoked").GetBoolean().Should().BeTrue();
        (await _tools.CliAsync("key", "revoke", "none", "--as", "admin")).Code.Should().Be(1);
        (await _tools.CliAsync("key", "revoke", "-id", "--as", "admin")).Code.Should().Be(1, "an id may begin with a dash");
        (await _tools.CliAsync("key", "revoke", "--id", "--as", "admin")).Code.Should().Be(2);
    }
}
