namespace Wsmq.Tests.HostAndCli;

/// <summary>The requests of commands for operators, and what they print of an answer, against a server that gives the answers of the API.</summary>
public sealed class CliContractTests
{
    private const string Run = """
        {"id":"r1","action":"remove","filter":{"type":"a"},"until":7,"perSecond":100,"state":"STATE","total":9,"done":4,"failed":0,"gone":1,
        "startedAt":1795415044075,"endedAt":null,"startedBy":"alice","error":null}
        """;

    private static readonly string Counting = Run.Replace("STATE", "running", StringComparison.Ordinal)
        .Replace(@"""total"":9", @"""total"":9,""counted"":false", StringComparison.Ordinal);

    [Theory]
    [InlineData("GET /nodes", """{"nodes":[{"id":"1","name":"a","version":"1.2","startedAt":0,"connections":3,"streams":1,"users":2,"draining":true,"rates":{"stored":1.5,"delivered":2,"acknowledged":0,"live":0,"jobs":0},"latency":{"appendP50Ms":0.4,"appendP99Ms":null},"slowReaders":[{"user":"bob","device":"web","address":"group:ops","behindMs":1500}],"store":{"kind":"redis","available":false}}],"missing":["b"]}""", "DRAINING  3 connections  1 streams  2 users  store redis UNAVAILABLE", "node", "list")]
    [InlineData("GET /users/bob/connections", """{"connections":[{"node":"1","id":"c","device":null,"kind":"stream","transport":"SSE","connectedAt":0,"addresses":["user:bob"],"queues":[],"inFlight":2}],"missing":[]}""", "reads user:bob  in flight 2", "user", "connections", "bob")]
    [InlineData("GET /rights?target=group%3Aops", """{"user":"alice","actions":["View","Send"]}""", "alice  View  Send", "rights", "group:ops")]
    [InlineData("GET /addresses?kind=user&match=b%2Ab&max=100", """{"addresses":[{"address":"user:bob","entries":3,"bytes":70,"lastAt":null}],"next":null,"scanned":1}""", "user:bob  3 entries  70 bytes  last -", "address", "search", "b*b", "--kind", "user")]
    [InlineData("GET /addresses?kind=user&match=b%2Ab&max=100", """{"addresses":[{"address":"user:bob","entries":3,"bytes":70,"lastAt":null}],"next":null,"scanned":1}""", "user:bob  3 entries  70 bytes  last -", "address", "list", "b*b", "--kind", "user")]
    [InlineData("GET /addresses/user:bob", """{"address":"user:bob","entries":3,"bytes":70,"last":"0000000000000009","removed":"0000000000000001","cursors":[{"user":"bob","device":"web","position":"0000000000000005","behind":2,"mayBeMore":true,"lastSeenAt":null}],"next":null}""", "bob/web  at 0000000000000005  behind 2 or more", "address", "show", "user:bob")]
    [InlineData("GET /addresses/user:bob/entries?after=0000000000000001&type=chat&from=1767225600000&max=5&newest=true", """{"entries":[{"position":"0000000000000002","id":null,"sender":null,"sentAt":null,"storedAt":null,"type":null,"contentType":null,"size":9}],"next":null,"scanned":4}""", "0000000000000002  -  from the app  -  CORRUPT  9 bytes", "address", "entries", "user:bob", "--after", "0000000000000001", "--type", "chat", "--from", "2026-01-01", "--newest", "--max", "5")]
    [InlineData("GET /addresses/user:bob/state?max=5", """{"entries":[{"position":"0000000000000002","id":"i","sender":"alice","sentAt":0,"storedAt":0,"stateKey":"price","type":"t","contentType":null,"size":9}],"next":null,"scanned":1}""", "from alice  t  id i  state price  9 bytes", "address", "state", "user:bob", "--max", "5")]
    [InlineData("GET /addresses/user:bob/delayed?max=5", """{"messages":[{"key":"00000000000000020","dueAt":0,"id":"i","sender":null,"sentAt":0,"stateKey":"price","removeState":true,"type":"t","contentType":null,"size":9}],"next":null}""", "from the app  t  id i  removes state price  9 bytes", "address", "delayed", "user:bob", "--max", "5")]
    [InlineData("DELETE /addresses/user:bob/delayed/7", "true", "cancelled", "address", "cancel-delayed", "user:bob", "7")]
    [InlineData("GET /addresses/user:bob/entries/0000000000000002", """{"source":"user:bob","position":"0000000000000002","previous":"0000000000000001","id":"i","sentAt":0,"body":12345678901234567890}""", "12345678901234567890", "address", "entry", "user:bob", "0000000000000002")]
    [InlineData("GET /addresses/user:bob/entries/0000000000000002/life", """{"entry":null,"stored":false,"events":[{"at":null,"kind":"deadLettered","user":"bob","device":"web","attempts":20,"reason":"why","deadLetter":"d"}],"mayBeMore":true}""", "deadLettered  bob/web  attempts 20  reason why  dead letter d", "address", "life", "user:bob", "0000000000000002")]
    [InlineData("""POST /addresses/user:bob/messages {"id":"i","type":"chat","body":12345678901234567890}""", """{"id":"i","position":"0000000000000002","duplicate":false}""", "stored  position 0000000000000002  id i", "address", "send", "user:bob", "12345678901234567890", "--type", "chat", "--id", "i")]
    [InlineData("""POST /addresses/user:bob/messages {"id":"i","stateKey":"price","removeState":true,"expectedTail":"0000000000000001"}""", """{"id":"i","position":"0000000000000002","duplicate":false}""", "stored  position 0000000000000002  id i", "address", "send", "user:bob", "--state-key", "price", "--remove-state", "--expected-tail", "0000000000000001", "--id", "i")]
    [InlineData("GET /dead-letters?source=group%3Aops&reason=x&to=1767225600000&max=100", """{"deadLetters":[{"user":"bob","id":"d","source":"group:ops","position":"0000000000000002","device":"web","attempts":1,"deadLetteredAt":0,"reason":"x","type":"t","size":5,"preview":"abc\u001b[2J"}],"next":null,"scanned":1}""", "5 bytes  abc\\u001b[2J", "dead-letter", "list", "--source", "group:ops", "--reason", "x", "--to", "2026-01-01")]
    [InlineData("""POST /dead-letters/count {"user":"bob"}""", """{"count":7,"until":9}""", "7", "dead-letter", "count", "--user", "bob")]
    [InlineData("GET /dead-letters/runs", """{"runs":[]}""", "", "dead-letter", "runs")]
    public async Task A_command_makes_one_request_and_prints_its_answer(string request, string answer, string printed, params string[] arguments)
    {
        await using var server = await ScriptedApi.StartAsync((200, answer));
        var (code, output, error) = await RunAsync(server, arguments);

        code.Should().Be(0, error);
        if (printed.Length > 0)
            output.Should().Contain(printed);
        server.Requests.Should().Equal(request);
        if (output.Length > 0)
            (await RunAsync(server, [.. arguments, "--json"])).Output.Should().NotContain("\u001b").And.StartWith("{").And.EndWith("}");
    }

    [Fact]
    public async Task Pages_are_read_until_the_end_also_empty_ones_and_not_beyond_the_number_that_was_asked_for()
    {
        const string Letter = """{"user":"bob","id":"d","source":"user:bob","position":"0000000000000002","attempts":1,"deadLetteredAt":0}""";
        await using var server = await ScriptedApi.StartAsync(
            (200, """{"deadLetters":[],"next":"1","scanned":9}"""), (200, $$"""{"deadLetters":[{{Letter}},{{Letter}}],"next":"2","scanned":9}"""),
            (200, $$"""{"deadLetters":[{{Letter}}],"next":"3","scanned":9}"""));

        var (code, output, error) = await RunAsync(server, ["dead-letter", "list", "--max", "3"]);

        code.Should().Be(0, error);
        output.Split('\n').Should().HaveCount(3);
        server.Requests.Should().Equal("GET /dead-letters?max=3", "GET /dead-letters?next=1&max=3", "GET /dead-letters?next=2&max=1");
    }

    [Fact]
    public async Task A_run_counts_needs_a_confirmation_and_is_followed_to_its_end()
    {
        await using var server = await ScriptedApi.StartAsync(
            (200, """{"count":9,"until":7}"""), (200, """{"count":9,"until":7}"""), (201, Counting),
            (200, Run.Replace("STATE", "running", StringComparison.Ordinal)),
            (200, Run.Replace("STATE", "done", StringComparison.Ordinal)));
        string[] arguments = ["dead-letter", "run", "remove", "--type", "a", "--id", "r1", "--per-second", "100"];

        var unconfirmed = await RunAsync(server, arguments);
        var (code, output, error) = await RunAsync(server, [.. arguments, "--yes"]);

        unconfirmed.Code.Should().Be(2);
        unconfirmed.Error.Should().Contain("remove 9 dead letters").And.Contain("--yes");
        code.Should().Be(0, error);
        error.Should().Contain("running  counting: 9 so far").And.Contain("running  4 of 9 done");
        output.Should().StartWith("r1  remove  done  4 of 9 done  0 failed  1 gone");
        server.Requests.Skip(1).Should().Equal(
            """POST /dead-letters/count {"type":"a"}""",
            """POST /dead-letters/runs {"id":"r1","action":"remove","filter":{"type":"a"},"until":7,"perSecond":100}""",
            "GET /dead-letters/runs/r1", "GET /dead-letters/runs/r1");
    }

    [Theory]
    [InlineData("stopped", 1, "dead-letter", "watch", "r1")]
    [InlineData("stopped", 0, "dead-letter", "stop", "r1")]
    [InlineData("no such run", 1, "dead-letter", "stop", "r2")]
    [InlineData("No such message waits", 1, "address", "cancel-delayed", "user:bob", "7")]
    [InlineData("no such entry", 1, "address", "entry", "user:bob", "0000000000000002")]
    public async Task What_is_not_done_or_not_there_has_an_exit_code(string said, int expected, params string[] arguments)
    {
        var isNone = said.StartsWith("no ", StringComparison.OrdinalIgnoreCase);
        var none = arguments is [.., "cancel-delayed", _, _] ? "false" : "null";
        await using var server = await ScriptedApi.StartAsync((200, isNone ? none : Run.Replace("STATE", "stopped", StringComparison.Ordinal)));

        var (code, output, error) = await RunAsync(server, arguments);

        code.Should().Be(expected, error);
        (output + error).Should().Contain(said);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(ScriptedApi server, string[] arguments)
    {
        await using var cli = ToolProcess.Start(
            ToolProcess.Cli, new Dictionary<string, string> { ["WSMQ_TOKEN"] = "x" }, [.. arguments, "--api-url", server.Url]);
        var code = await cli.ExitCodeAsync();
        return (code, string.Join('\n', cli.Output), cli.Error);
    }
}
