namespace Wsmq.Tests.HostAndCli;

/// <summary>The commands for operators where they cannot succeed: exit codes, and one line that says why.</summary>
public sealed class CliRefusalTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const string Position = "1795415044089779";

    private static readonly string[] Commands =
    [
        "address search", "address show user:bob", "address entries user:bob", $"address entry user:bob {Position}",
        $"address life user:bob {Position}", "address send user:bob hi", "dead-letter list", "dead-letter list --user bob",
        "dead-letter count", "dead-letter show bob x", "dead-letter replay bob x", "dead-letter remove bob x", "dead-letter runs",
        "dead-letter run remove --yes", "dead-letter watch x", "dead-letter stop x", "node list", "user connections bob", "user groups bob",
        "user devices bob", "user ban bob", "user disconnect bob", "token revoke x", "group members ops", "tail user:bob --operator",
        "rights", "key list", "key create --name x --scope read", "key revoke x",
    ];

    [Fact]
    public async Task Without_rights_every_command_is_refused_with_exit_code_1()
    {
        var results = await AllAsync(Commands, "--as", "alice");

        results.Should().OnlyContain(r => r.Code == 1 && r.Output.Length == 0 && IsOneLine(r.Error)
            && r.Error.StartsWith("wsmq: [wsmq 3007 administer-not-allowed final]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4, "(401)", "--token", "not.a.token")]
    [InlineData(3, "(404): set --api-url", "--as", "admin", "--api-url", "{host}/elsewhere")]
    [InlineData(3, "(404): is /wsmq missing at the end of --url?", "--as", "admin", "--url", "{host}")]
    [InlineData(3, "No connection to http://127.0.0.1:9/wsmq-api", "--as", "admin", "--url", "http://127.0.0.1:9/wsmq")]
    [InlineData(4, "no development key", "--as", "admin", "--data-folder", "/nowhere")]
    public async Task Where_nothing_can_be_asked_the_reason_is_named(int code, string reason, params string[] options)
    {
        var address = new Uri(host.Tools.Url).GetLeftPart(UriPartial.Authority);
        string[] some =
            ["node list", "address search", "address send user:bob hi", "key revoke x", "tail user:bob --operator", "tail user:bob"];

        var results = await AllAsync(some, [.. options.Select(o => o.Replace("{host}", address, StringComparison.Ordinal))]);

        results.Should().OnlyContain(r => r.Code == code && r.Output.Length == 0 && IsOneLine(r.Error)
            && r.Error.Contains(reason, StringComparison.Ordinal) && !r.Error.Contains("not.a.token", StringComparison.Ordinal));
    }

    private static bool IsOneLine(string text) => !text.Contains('\n', StringComparison.Ordinal);

    private async Task<(string Command, int Code, string Output, string Error)[]> AllAsync(string[] commands, params string[] options)
    {
        var results = new (string, int, string, string)[commands.Length];
        await Parallel.ForAsync(0, commands.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            var (code, output, error) = await host.Tools.CliAsync([.. commands[i].Split(' '), .. options]);
            results[i] = (commands[i], code, output, error);
        });
        return results;
    }
}
