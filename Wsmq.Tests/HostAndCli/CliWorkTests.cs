namespace Wsmq.Tests.HostAndCli;

/// <summary><c>wsmq work</c> against a real host, with real commands.</summary>
public sealed class CliWorkTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task A_job_is_given_to_the_command_and_its_exit_code_ends_the_attempt()
    {
        await StartHostAsync();
        await SendAsync("plain text", "--type", "greet", "--header", "k-1=v");
        await SendAsync("{\"fail\":1}", "--type", "bad", "--correlation-id", "c");
        const string Command = "B=$(cat); echo \"$WSMQ_JOB_TYPE:$WSMQ_JOB_ATTEMPT:$WSMQ_JOB_SENDER:$WSMQ_HEADER_K_1:$WSMQ_JOB_CORRELATION_ID:$B\"; test $WSMQ_JOB_TYPE != bad || exit 3";
        await using var work = _tools.StartCli("work", "jobs", "--exec", Command, "--concurrency", "2", "--as", "alice");

        await Eventually.That("both jobs have ended", async () => (await InfoAsync()).Contains("ready 0  delayed 0  leased 0  retrying 0  blocked 0  dead 1", StringComparison.Ordinal));

        work.Output.Should().BeEquivalentTo("greet:1:alice:v::plain text", "bad:1:alice::c:{\"fail\":1}", "bad:2:alice::c:{\"fail\":1}");
        (await _tools.CliAsync("queue", "peek", "jobs", "--state", "dead", "--as", "alice")).Output.Should().Contain("dead attempts-used-up  reason exit code 3");
        string[] failures = [.. work.Error.Split('\n').Where(line => line.StartsWith("wsmq: job ", StringComparison.Ordinal))];
        failures.Should().HaveCount(2, work.Error);
        failures[0].Should().EndWith(": exit code 3 at attempt 1; again after the back-off of the queue, or a dead letter if it was the last");
        failures[1].Should().Contain("exit code 3 at attempt 2");
        work.Interrupt();
        (await work.ExitCodeAsync()).Should().Be(0, work.Error);
    }

    [Fact]
    public async Task After_an_interrupt_a_running_job_is_handed_back_uncounted()
    {
        await StartHostAsync();
        await SendAsync("slow");
        await using var work = _tools.StartCli("work", "work:jobs", "--exec", "echo started; sleep 600", "--as", "alice");
        await Eventually.That("the command runs", () => work.Output.Contains("started"));

        work.Interrupt();

        (await work.ExitCodeAsync()).Should().Be(0, work.Error);
        (await InfoAsync()).Should().Contain("ready 1 ");
        (await _tools.CliAsync("queue", "peek", "jobs", "--as", "alice")).Output.Should().NotContain("failed").And.NotContain("lost");
    }

    [Theory]
    [InlineData("jbos", "alice", "[wsmq 2010 unknown-queue final]")]
    [InlineData("jobs", "eve", "[wsmq 3005 work-not-allowed final]")]
    public async Task A_worker_that_is_refused_at_once_ends_with_the_reason(string queue, string user, string reason)
    {
        await StartHostAsync();

        var (code, _, error) = await _tools.CliAsync("work", queue, "--exec", "true", "--as", user);

        code.Should().Be(1);
        error.Should().Contain(reason);
    }

    [Theory]
    [InlineData("work", "jobs", "--as", "alice")]
    [InlineData("work", "--exec", "true", "--as", "alice")]
    [InlineData("work", "jobs", "--exec", "true", "--as", "alice", "--concurrency", "0")]
    [InlineData("work", " jobs", "--exec", "true", "--as", "alice")]
    public async Task Wrong_usage_ends_with_exit_code_2_and_one_line(params string[] arguments)
    {
        var (code, _, error) = await _tools.CliAsync(arguments);

        code.Should().Be(2);
        error.Split('\n').Should().ContainSingle();
    }

    private Task StartHostAsync() => _tools.StartHostAsync(
        "--Wsmq:Queues:jobs:Senders:0=alice", "--Wsmq:Queues:jobs:Workers:0=alice", "--Wsmq:Queues:jobs:Managers:0=alice",
        "--Wsmq:Queues:jobs:MaxAttempts=2", "--Wsmq:Queues:jobs:MinBackoff=00:00:00", "--Wsmq:Queues:jobs:MaxBackoff=00:00:00");

    private async Task SendAsync(params string[] arguments)
    {
        var (code, _, error) = await _tools.CliAsync(["send", "work:jobs", .. arguments, "--as", "alice"]);
        code.Should().Be(0, error);
    }

    private async Task<string> InfoAsync() => (await _tools.CliAsync("queue", "info", "jobs", "--as", "alice")).Output;
}
