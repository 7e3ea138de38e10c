using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>Commands in a pipe whose reader ends, as in <c>wsmq listen | head -1</c>, and times that they print.</summary>
public sealed class CliPipeTests(RunningHost host) : IClassFixture<RunningHost>
{
    // Messages of other tests are for others.
    private readonly string _reader = $"bob-{Guid.NewGuid():N}";

    private Tools Tools => host.Tools;

    [Theory]
    [InlineData("listen --as READER")]
    [InlineData("tail user:READER --as READER")]
    [InlineData("tail user:READER --as admin --operator --after 0000000000000000")]
    public async Task A_command_that_follows_messages_ends_with_its_reader_although_no_further_one_arrives(string command)
    {
        await SendAsync(1);
        using var bash = StartBash($"{command.Replace("READER", _reader, StringComparison.Ordinal)} --timeout 60s | head -1");

        (await CodesAsync(bash)).Should().Be("0 0");
    }

    [Fact]
    public async Task A_message_that_nobody_reads_is_not_acknowledged()
    {
        await SendAsync(1);
        using var listen = StartBash($"listen --as {_reader} --timeout 60s | true");
        (await CodesAsync(listen)).Should().Be("0 0");

        var (_, rest, _) = await Tools.CliAsync("listen", "--as", _reader, "--count", "1");

        rest.Should().EndWith("  1");
    }

    [Fact]
    public async Task A_send_whose_receipts_nobody_reads_sends_everything()
    {
        using var bash = StartBash($"send user:{_reader} --as alice --timeout 60s < <(seq 40) | head -1");
        (await CodesAsync(bash)).Should().Be("0 0");

        var (_, output, _) = await Tools.CliAsync("log", "read", $"user:{_reader}", "--as", _reader, "--json");

        output.Split('\n').Should().HaveCount(40);
    }

    [Theory]
    [InlineData("Asia/Kolkata", "+05:30")]
    [InlineData("UTC", "Z")]
    public async Task A_printed_time_has_its_offset_and_is_read_as_the_same_time(string zone, string offset)
    {
        await SendAsync(1);
        var line = await OkAsync("address", "entries", $"user:{_reader}");
        var time = line.Split("  ")[1];

        time.Should().MatchRegex($@"^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}{Regex.Escape(offset)}$");
        (await OkAsync("address", "entries", $"user:{_reader}", "--from", time, "--to", time)).Should().Be(line);
        var later = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).AddMilliseconds(1);
        (await OkAsync("address", "entries", $"user:{_reader}", "--from", $"{later:O}")).Should().BeEmpty();

        async Task<string> OkAsync(params string[] arguments)
        {
            await using var cli = ToolProcess.Start(
                ToolProcess.Cli,
                new Dictionary<string, string> { ["WSMQ_DATA"] = Tools.DataFolder, ["WSMQ_URL"] = Tools.Url, ["TZ"] = zone },
                [.. arguments, "--as", "admin"]);
            (await cli.ExitCodeAsync()).Should().Be(0, cli.Error);
            return string.Join('\n', cli.Output);
        }
    }

    private async Task SendAsync(params int[] bodies)
    {
        await using var alice = PlainClient.Create(new Uri(Tools.Url), Tools.Token("alice"));
        await alice.Connection.StartAsync();
        foreach (var body in bodies)
            await alice.SendAsync($"user:{_reader}", body);
    }

    /// <summary>A pipe of bash: the command of the CLI, and what follows it. It prints their exit codes.</summary>
    private Process StartBash(string pipe)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec 3>&1; dotnet \"$CLI\" {pipe} >/dev/null; echo \"${{PIPESTATUS[*]}}\" >&3"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["CLI"] = ToolProcess.PathOf(ToolProcess.Cli);
        start.Environment["WSMQ_DATA"] = Tools.DataFolder;
        start.Environment["WSMQ_URL"] = Tools.Url;
        return Process.Start(start)!;
    }

    private static async Task<string> CodesAsync(Process bash)
    {
        try
        {
            var (output, error) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
            await bash.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            (await error).Split('\n').Should().OnlyContain(l => l.Length == 0 || l.Contains("connected to ", StringComparison.Ordinal));
            return (await output).Trim();
        }
        finally
        {
            bash.Kill(entireProcessTree: true);
        }
    }
}
