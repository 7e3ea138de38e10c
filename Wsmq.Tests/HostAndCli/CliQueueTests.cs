using System.Globalization;
using System.Text.Json;
using Wsmq.Tests.Client;

namespace Wsmq.Tests.HostAndCli;

/// <summary><c>wsmq queue</c> against a real host, whose configuration declares the queues and who may use them.</summary>
public sealed class CliQueueTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task Jobs_are_listed_paused_inspected_cancelled_and_purged()
    {
        await StartHostAsync();
        await using var send = _tools.StartCli("send", "work:emails", "--as", "alice", "--type", "welcome", "--json");
        await send.WriteInputAsync(string.Concat(Enumerable.Range(0, 30).Select(i => $"\"mail {i}\"\n")));
        (await send.ExitCodeAsync()).Should().Be(0, send.Error);
        var receipts = send.Output.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("position").GetString()!).ToList();

        var list = await OkAsync("list");
        list.Split('\n').Select(line => line.Split(' ')[0]).Should().Equal("work:demo", "work:emails", "work:red");
        (await OkAsync("info", "emails")).Should().StartWith("work:emails  ready 30 (oldest 00:").And.Contain("dead 0").And.NotContain("PAUSED");
        var info = JsonDocument.Parse(await OkAsync("info", "work:emails", "--json")).RootElement;
        (info.GetProperty("queue").GetString(), info.GetProperty("ready").GetInt64(), info.GetProperty("paused").GetBoolean()).Should().Be(("work:emails", 30, false));

        (await OkAsync("pause", "emails")).Should().Be("work:emails paused");
        (await OkAsync("info", "emails")).Split('\n')[0].Should().EndWith("PAUSED");
        (await OkAsync("resume", "emails")).Should().Be("work:emails resumed");

        var peeked = await OkAsync("peek", "emails", "--skip", "1", "--max", "2");
        peeked.Split('\n').Select(line => line[..16]).Should().Equal(receipts[1], receipts[2]);
        peeked.Should().Contain("ready").And.NotContain("mail 1");
        var jobs = (await OkAsync("peek", "emails", "--max", "25", "--messages", "--json")).Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        jobs.Select(j => j.GetProperty("message").GetProperty("body").GetString()).Should().Equal(Enumerable.Range(0, 25).Select(i => $"mail {i}"));
        (await OkAsync("find", "emails", receipts[3])).Should().Contain(receipts[3]).And.Contain("mail 3").And.Contain("from alice");

        (await OkAsync("status", "emails", receipts[3])).Should().StartWith($"{receipts[3]}  ready").And.NotContain("mail 3");

        (await OkAsync("cancel", "emails", receipts[3])).Should().Be("cancelled");
        (await OkAsync("status", "emails", receipts[3])).Should().StartWith("removed 2");
        var status = JsonDocument.Parse(await OkAsync("status", "emails", receipts[3], "--json")).RootElement;
        (status.GetProperty("ended").GetBoolean(), status.GetProperty("outcome").GetProperty("end").GetString()).Should().Be((true, "removed"));
        var never = await QueueAsync("status", "emails", "9000000000000000");
        (never.Code, never.Error).Should().Be((1, "wsmq: Nothing is known of such a job: its outcome is no longer kept, or it never existed."));
        var again = await QueueAsync("cancel", "emails", receipts[3]);
        (again.Code, again.Error).Should().Be((1, "wsmq: The queue has no such job: it has ended, or never existed."));
        (await QueueAsync("find", "emails", receipts[3])).Code.Should().Be(1);

        (await OkAsync("purge", "emails", "--state", "delayed", "--yes")).Should().Be("0 removed");
        (await OkAsync("purge", "emails", "--yes")).Should().Be("29 removed");
        (await OkAsync("info", "emails")).Split('\n')[1].Trim().Should().Be(
            "in all  stored 30  completed 0  failed attempts 0  lost leases 0  dead-lettered 0  dead letters removed over a limit 0  removed 30");
        (await OkAsync("delete", "emails", "--json", "--yes")).Should().Be("{\"count\":0}");
        (await OkAsync("redrive", "emails", "--reason", "rejected", "--type", "welcome", "--from", "2026-01-01", "--until", "2099-01-01T00:00:00Z")).Should().Be("0 redriven");
        (await OkAsync("remove-dead", "emails", "--yes")).Should().Be("0 removed");
    }

    [Fact]
    public async Task A_job_is_sent_with_its_key_times_priority_and_unique_id()
    {
        await StartHostAsync();
        var notBefore = DateTimeOffset.UtcNow.AddHours(2);
        string[] send = ["send", "work:emails", "--as", "alice", "hello"];
        var first = await _tools.CliAsync(
            [.. send, "--key", "customer 7", "--delay", "1h", "--ttl", "2d", "--priority", "high", "--unique-id", "order 1"]);
        first.Code.Should().Be(0, first.Error);
        var second = await _tools.CliAsync([.. send, "--unique", "order 1"]);
        var third = await _tools.CliAsync([.. send, "--delay", "15m", "--not-before", notBefore.ToString("u", CultureInfo.InvariantCulture)]);

        (second.Code, second.Output).Should().Be((0, $"not stored  position {first.Output.Split(' ')[3]}  (that job has the unique id)"));
        third.Code.Should().Be(0, third.Error);
        var jobs = (await OkAsync("peek", "emails", "--state", "delayed", "--json")).Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        jobs.Should().HaveCount(2);
        (jobs[0].GetProperty("key").GetString(), jobs[0].GetProperty("uniqueId").GetString(), jobs[0].GetProperty("priority").GetString())
            .Should().Be(("customer 7", "order 1", "high"));
        TimeOf(jobs[0], "time").Should().BeCloseTo(DateTimeOffset.UtcNow.AddHours(1), TimeSpan.FromMinutes(10));
        TimeOf(jobs[0], "expires").Should().BeCloseTo(DateTimeOffset.UtcNow.AddDays(2), TimeSpan.FromMinutes(10));
        TimeOf(jobs[1], "time").Should().BeCloseTo(notBefore, TimeSpan.FromSeconds(1));

        static DateTimeOffset TimeOf(JsonElement job, string name) => DateTimeOffset.FromUnixTimeMilliseconds(job.GetProperty(name).GetInt64());
    }

    [Theory]
    [InlineData("--key and --priority: only for work queues", "send", "user:bob", "hi", "--key", "k", "--delay", "1h", "--priority", "low")]
    [InlineData("--priority: only for work queues (work:<queue>), not for group:ops", "send", "group:ops", "hi", "--priority", "low")]
    [InlineData("--unique-id applies to one message", "send", "work:emails", "--unique-id", "u")]
    [InlineData("'soon' is not a duration", "send", "work:emails", "hi", "--delay", "soon")]
    [InlineData("'0s' is not a duration", "send", "work:emails", "hi", "--ttl", "0s")]
    [InlineData("'tomorrow' is not a time", "send", "work:emails", "hi", "--not-before", "tomorrow")]
    [InlineData("'high'", "send", "work:emails", "hi", "--priority", "urgent")]
    public async Task An_option_of_jobs_that_is_wrong_or_for_another_address_is_refused_by_name(string expected, params string[] arguments)
    {
        var (code, _, error) = await _tools.CliAsync([.. arguments, "--token", "x"]);

        code.Should().Be(2);
        error.Should().Contain(expected);
        error.Split('\n').Should().ContainSingle();
    }

    [Fact]
    public async Task A_refusal_ends_with_exit_code_1_and_the_error_number_and_a_refused_token_with_4()
    {
        await StartHostAsync();

        foreach (var (user, queue) in new[] { ("alice", "emails"), ("ops", "closed"), ("ops", "undeclared") })
        {
            var result = await _tools.CliAsync("queue", "info", queue, "--as", user);
            result.Code.Should().Be(1);
            result.Error.Should().StartWith("wsmq: [wsmq 3006 manage-not-allowed");
            result.Error.Split('\n').Should().ContainSingle();
        }

        var refused = await _tools.CliAsync("queue", "list", "--token", "not.a.token");
        refused.Code.Should().Be(4);
        refused.Error.Should().Contain("401").And.NotContain("not.a.token");
    }

    [Theory]
    [InlineData("queue")]
    [InlineData("queue", "frob")]
    [InlineData("queue", "info", "--as", "ops")]
    [InlineData("queue", "info", " x", "--as", "ops")]
    [InlineData("queue", "info", "x")]
    [InlineData("queue", "status", "x", "--as", "ops")]
    [InlineData("queue", "peek", "x", "--as", "ops", "--state", "none")]
    [InlineData("queue", "peek", "x", "--as", "ops", "--max", "0")]
    [InlineData("queue", "peek", "x", "--as", "ops", "--frob")]
    [InlineData("queue", "purge", "x", "--as", "ops", "--state", "leased")]
    [InlineData("queue", "cancel", "x", "--as", "ops")]
    [InlineData("queue", "cancel", "x", "17", "--as", "ops")]
    [InlineData("queue", "cancel", "x", "0000000000000001", "--unique-id", "u", "--as", "ops")]
    [InlineData("queue", "redrive", "x", "--as", "ops", "--reason", "none")]
    [InlineData("queue", "remove-dead", "x", "--as", "ops", "--from", "yesterday")]
    public async Task Wrong_usage_ends_with_exit_code_2_and_one_line(params string[] arguments)
    {
        var (code, _, error) = await _tools.CliAsync(arguments);

        code.Should().Be(2);
        error.Split('\n').Should().ContainSingle();
    }

    [Fact]
    public async Task An_unreachable_host_ends_with_exit_code_3()
    {
        var (code, _, error) = await _tools.CliAsync("queue", "list", "--token", "x", "--url", "http://127.0.0.1:9/wsmq", "--timeout", "1s");

        code.Should().Be(3);
        error.Should().Contain("http://127.0.0.1:9/wsmq").And.NotContain("   at ");
    }

    [Fact]
    public async Task A_change_without_an_answer_ends_with_exit_code_5_and_says_that_it_can_be_repeated()
    {
        var script = new Script();
        script.OnQueueCall = (_, context) =>
        {
            context.Abort();
            return Task.FromResult<object?>(new WsmqQueueStep(1, null));
        };
        await using var server = await ScriptedServer.StartAsync(script: script);

        var (code, output, error) = await _tools.CliAsync("queue", "purge", "emails", "--yes", "--url", server.Url.ToString(), "--token",
            "x");

        (code, output).Should().Be((5, ""));
        error.Should().Contain("some jobs may have been removed").And.Contain("outcome-unknown");
        script.QueueCalls.Should().ContainSingle();
    }

    private Task StartHostAsync() => _tools.StartHostAsync(
        "--Wsmq:Queues:emails:Senders:0=alice", "--Wsmq:Queues:emails:Managers:0=ops", "--Wsmq:Queues:red team:Managers:0=ops", "--Wsmq:Queues:closed=");

    private async Task<string> OkAsync(params string[] arguments)
    {
        var (code, output, error) = await QueueAsync(arguments);
        code.Should().Be(0, error);
        return output;
    }

    private Task<(int Code, string Output, string Error)> QueueAsync(params string[] arguments) =>
        _tools.CliAsync(["queue", .. arguments, "--as", "ops"]);
}
