using System.Net;
using System.Text.Json;
using Wsmq.Tests.Client;

namespace Wsmq.Tests.HostAndCli;

public sealed class CliTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task A_token_needs_a_host_that_has_been_started_before()
    {
        var (code, output, error) = await _tools.CliAsync("token", "--user", "bob");

        code.Should().Be(4);
        output.Should().BeEmpty();
        error.Should().Contain("dotnet run --no-build --project Wsmq.Host");
    }

    [Theory]
    [InlineData("frob")]
    [InlineData("send")]
    [InlineData("send", "bob", "hi", "--as", "alice")]
    [InlineData("send", "user:bob", "hi")]
    [InlineData("send", "user:bob", "hi", "--as", "alice", "--header", "nameless")]
    [InlineData("listen", "--as", "bob", "--count", "0")]
    [InlineData("listen", "--as", "bob", "--count", "many")]
    [InlineData("listen", "--as", "bob", "--count", "99999999999")]
    [InlineData("listen", "--token", "x", "--device", "")]
    [InlineData("listen", "--token", "x", "--url", "http://localhost:1/wsmq?device=phone")]
    [InlineData("listen", "--token", "x", "--url", "http://bob:secret@localhost:1/wsmq")]
    [InlineData("listen", "--token", "x", "--header", "nameless")]
    [InlineData("token", "--user", "bob", "--expires", "soon")]
    [InlineData("cancel", "user:bob", "--token", "x")]
    [InlineData("cancel", "bob", "m", "--token", "x")]
    [InlineData("cancel", "work:jobs", "m", "--token", "x")]
    public async Task Wrong_usage_ends_with_exit_code_2_and_one_line(params string[] arguments)
    {
        var (code, _, error) = await _tools.CliAsync(arguments);

        code.Should().Be(2);
        error.Split('\n').Should().ContainSingle();
    }

    [Fact]
    public async Task An_unreachable_host_ends_with_exit_code_3()
    {
        var (code, _, error) = await _tools.CliAsync("send", "user:bob", "hi", "--token", "x", "--url", "http://127.0.0.1:9/wsmq", "--timeout", "1s");

        code.Should().Be(3);
        error.Should().Contain("http://127.0.0.1:9/wsmq").And.NotContain("   at ");
    }

    [Fact]
    public async Task A_message_with_a_delay_waits_and_can_be_cancelled()
    {
        await _tools.StartHostAsync();
        string[] send = ["send", "user:bob", "tea", "--as", "alice", "--id", "tea-17", "--delay", "1h", "--ttl", "5m"];
        string[] cancel = ["cancel", "user:bob", "tea-17", "--as", "alice"];

        var sent = await _tools.CliAsync(send);
        var cancelled = await _tools.CliAsync(cancel);
        var again = await _tools.CliAsync(cancel);

        sent.Code.Should().Be(0, sent.Error);
        sent.Output.Should().StartWith("waits until 2").And.EndWith("id tea-17");
        (cancelled.Code, cancelled.Output).Should().Be((0, "cancelled  id tea-17"));
        again.Code.Should().Be(1);
        again.Error.Should().Contain("no message with the id tea-17 waits there");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bodies_that_are_JSON_but_not_text_are_printed_as_they_were_written(bool json)
    {
        await _tools.StartHostAsync();
        string[] lines = ["\"plain\"", "\"\\ud800\"", "{\"\\ud800\":1}", "{\"a\":\"\\udfff\"}", "1e999", "{\"a\":1,\"a\":2}",
            new string('[', 48) + new string(']', 48), $"\"{new string('x', 260_000)}\"", new string('9', 100_000)];
        string[] bodies = [.. lines, "{ \"a\" :\n[1, \"b c\"] }", "\"after\""];
        await using var sent = _tools.StartCli("send", "--as", "alice", "user:bob");
        await sent.WriteInputAsync(string.Concat(lines.Select(l => l + "\n")));
        (await sent.ExitCodeAsync()).Should().Be(0, sent.Error);
        foreach (var body in bodies[lines.Length..])
            (await _tools.CliAsync("send", "--as", "alice", "user:bob", body)).Code.Should().Be(0);

        var (code, output, error) = await _tools.CliAsync(["listen", "--as", "bob", "--count", $"{bodies.Length}", .. json ? new[] { "--json" } : []]);

        code.Should().Be(0, error);
        error.Should().NotContain("could not be shown");
        var printed = output.Split('\n');
        printed.Should().HaveCount(bodies.Length);
        string[] shown = json
            ? [.. bodies.Select(b => $"\"body\":{b.Replace("{ \"a\" :\n[1, ", "{\"a\":[1,", StringComparison.Ordinal).Replace("] }", "]}", StringComparison.Ordinal)}")]
            : ["plain", .. bodies[1..7], new string('x', 260_000), bodies[8], "{ \"a\" :\\n[1, \"b c\"] }", "after"];
        printed.Zip(shown).Should().OnlyContain(pair => pair.First.Contains(pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_that_cannot_be_printed_is_named_with_the_cause_and_the_next_is_printed()
    {
        var script = new Script();
        script.OnNack = async (source, position, client) =>
        {
            if (script.Nacks.Count >= 2)
                await client.DeadLettered(source, position, 2);
            return script.Nacks.Count;
        };
        script.OnConnected = async client =>
        {
            await client.Receive(Entry.Chat(1) with { SentAt = long.MaxValue });
            await client.Receive(Entry.Chat(2));
        };
        await using var server = await ScriptedServer.StartAsync(script: script);
        await using var cli = _tools.StartCli("listen", "--url", server.Url.ToString(), "--token", "x", "--count", "1");

        (await cli.ExitCodeAsync()).Should().Be(0, cli.Error);

        cli.Error.Should().Contain($"the message {Entry.At(1)} of {Entry.Alice} could not be shown (").And.Contain("trying again");
        cli.Output.Should().ContainSingle().Which.Should().Contain("{\"text\":\"2\"}");
    }

    [Fact]
    public async Task A_refused_token_ends_with_exit_code_4_and_is_not_printed()
    {
        await _tools.StartHostAsync();

        var (code, _, error) = await _tools.CliAsync("send", "user:bob", "hi", "--token", "not.a.token");

        code.Should().Be(4);
        error.Should().Contain("401").And.NotContain("not.a.token");
    }

    [Fact]
    public async Task A_refused_send_ends_with_exit_code_1_and_the_error_number()
    {
        await _tools.StartHostAsync();

        var (code, _, error) = await _tools.CliAsync("send", "group:not-mine", "hi", "--as", "alice");

        code.Should().Be(1);
        error.Should().Contain("wsmq 3001 send-not-allowed");
    }

    [Fact]
    public async Task Lines_reach_a_group_that_is_defined_in_the_configuration()
    {
        await _tools.StartHostAsync("--Wsmq:Groups:ops:0=alice", "--Wsmq:Groups:ops:1=bob", "--Wsmq:Groups:red team:0=carol");
        await using var send = _tools.StartCli("send", "group:ops", "--as", "alice");
        await send.WriteInputAsync("one\ntwo\n");
        (await send.ExitCodeAsync()).Should().Be(0, send.Error);

        var (_, output, _) = await _tools.CliAsync("listen", "--as", "bob", "--count", "2");

        output.Should().Contain("group:ops  from alice").And.Contain("two");
        (await _tools.CliAsync("send", "group:red team", "hi", "--as", "alice")).Code.Should().Be(1);
        (await _tools.CliAsync("send", "group:red team", "hi", "--as", "carol")).Code.Should().Be(0);
    }

    [Fact]
    public async Task A_listener_gets_what_it_selects_of_its_own_queue_and_its_groups_and_the_rest_is_skipped()
    {
        await _tools.StartHostAsync("--Wsmq:Groups:ops:0=alice", "--Wsmq:Groups:ops:1=bob");
        (await _tools.CliAsync("send", "user:bob", "no", "--as", "alice")).Code.Should().Be(0);
        (await _tools.CliAsync("send", "user:bob", "one", "--as", "alice", "--type", "order", "--header", "area=n")).Code.Should().Be(0);
        (await _tools.CliAsync("send", "group:ops", "no", "--as", "alice", "--type", "order")).Code.Should().Be(0);
        (await _tools.CliAsync("send", "group:ops", "two", "--as", "alice", "--type", "order", "--header", "area=n")).Code.Should().Be(0);

        var selected = await _tools.CliAsync("listen", "--as", "bob", "--type", "ord*", "--header", "area=n", "--count", "2");
        (await _tools.CliAsync("send", "user:bob", "three", "--as", "alice")).Code.Should().Be(0);
        var all = await _tools.CliAsync("listen", "--as", "bob", "--count", "1");
        var refused = await _tools.CliAsync("listen", "--as", "bob", "--type", "", "--count", "1");

        selected.Code.Should().Be(0, selected.Error);
        selected.Output.Split('\n').Should().HaveCount(2).And.Contain(l => l.Contains("  one")).And.Contain(l => l.Contains("  two"));
        all.Output.Should().Contain("three");
        (refused.Code, refused.Output).Should().Be((1, ""), refused.Error);
        refused.Error.Should().Contain("wsmq 2008");
    }

    [Fact]
    public async Task Messages_of_every_kind_arrive_unchanged()
    {
        await _tools.StartHostAsync();
        (await _tools.CliAsync("send", "user:bob", "hello", "--as", "alice", "--type", "chat", "--header", "k=v")).Code.Should().Be(0);
        (await _tools.CliAsync("send", "user:bob", "{ \"n\":\n 1 }", "--as", "alice")).Code.Should().Be(0);
        (await _tools.CliAsync("send", "user:bob", "42", "--text", "--as", "alice")).Code.Should().Be(0);

        var (code, output, _) = await _tools.CliAsync("listen", "--as", "bob", "--count", "3", "--json");

        code.Should().Be(0);
        var messages = output.Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        messages.Select(m => m.GetProperty("body").GetRawText()).Should().Equal("\"hello\"", "{\"n\":1}", "\"42\"");
        messages[0].GetProperty("sender").GetString().Should().Be("alice");
        messages[0].GetProperty("headers").GetProperty("k").GetString().Should().Be("v");
    }

    [Fact]
    public async Task A_printed_message_is_not_delivered_again_and_one_that_was_not_printed_is()
    {
        await _tools.StartHostAsync();
        await using var send = _tools.StartCli("send", "user:bob", "--as", "alice", "--json");
        await send.WriteInputAsync("one\ntwo\nthree\n");
        (await send.ExitCodeAsync()).Should().Be(0);
        send.Output.Should().HaveCount(3, "every line is a message");

        var first = await _tools.CliAsync("listen", "--as", "bob", "--count", "2");
        var second = await _tools.CliAsync("listen", "--as", "bob", "--count", "1");

        first.Output.Should().Contain("one").And.Contain("two").And.NotContain("three");
        second.Output.Should().Contain("three").And.NotContain("two");
    }

    [Fact]
    public async Task Tokens_are_never_logged_at_any_log_level()
    {
        await _tools.StartHostAsync("--Logging:LogLevel:Default", "Trace", "--Logging:Console:LogLevel:Default", "Trace",
            "--Logging:Console:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Trace");
        var token = (await _tools.CliAsync("token", "--user", "bob")).Output;
        using var http = new HttpClient();

        var good = await http.PostAsync($"{_tools.Url}/negotiate?negotiateVersion=1&access_token={token}", null);
        var bad = await http.PostAsync($"{_tools.Url}/negotiate?negotiateVersion=1&access_token={token}x", null);
        var elsewhere = await http.GetAsync(new Uri(new Uri(_tools.Url), $"/health/ready?access_token={token}"));

        good.StatusCode.Should().Be(HttpStatusCode.OK);
        bad.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        elsewhere.StatusCode.Should().Be(HttpStatusCode.OK);
        await Eventually.That("the refusal is logged", () => _tools.Host.Output.Any(line => line.Contains("IDX10", StringComparison.Ordinal)));
        var log = string.Join('\n', _tools.Host.Output);
        foreach (var part in token.Split('.'))
            log.Should().NotContain(part);
    }
}
