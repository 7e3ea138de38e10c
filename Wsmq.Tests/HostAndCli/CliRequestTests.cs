namespace Wsmq.Tests.HostAndCli;

/// <summary>Requests on the command line.</summary>
public sealed class CliRequestTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task A_command_answers_requests_and_its_exit_code_refuses_them()
    {
        await _tools.StartHostAsync();
        var nobody = await _tools.CliAsync("request", "user:bob", "hi", "--type", "shout", "--as", "alice");
        (nobody.Code, nobody.Output).Should().Be((1, ""));
        nobody.Error.Should().Contain("4016 no-responder");

        await using var responder = _tools.StartCli(
            "respond", "--type", "shout", "--exec", "B=$(cat); test \"$B\" != fail && echo \"$WSMQ_REQUEST_SENDER: $B\"", "--as", "bob");
        var reply = ("", 0, "");
        await Eventually.That("it answers", async () =>
        {
            var (code, output, error) = await _tools.CliAsync("request", "user:bob", "hi", "--type", "shout", "--as", "alice");
            reply = (output, code, error);
            return code == 0;
        });
        reply.Item1.TrimEnd().Should().Be("alice: hi", reply.Item3);
        var json = await _tools.CliAsync("request", "user:bob", "hi", "--type", "shout", "--as", "alice", "--json");
        json.Output.Should().Contain("\"body\":\"alice: hi\"").And.Contain("\"responder\":\"bob\"");

        var refused = await _tools.CliAsync("request", "user:bob", "fail", "--type", "shout", "--as", "alice");
        refused.Code.Should().Be(1);
        refused.Error.Should().Contain("4018 request-failed").And.Contain("command-failed: exit code 1");
    }
}
