using Microsoft.AspNetCore.SignalR;
using Wsmq.Tests.Client;

namespace Wsmq.Tests.HostAndCli;

/// <summary>What the command line reports to a first-time user who makes mistakes.</summary>
public sealed class CliFirstHourTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Theory]
    [InlineData("--urgent", "send", "user:bob", "--urgent", "--as", "alice")]
    [InlineData("--urgent", "send", "user:bob", "--json", "--urgent", "--as", "alice")]
    [InlineData("--urgent", "send", "--urgent", "user:bob", "--as", "alice")]
    [InlineData("-urgent", "send", "user:bob", "-urgent", "--as", "alice")]
    [InlineData("--urgent=yes", "send", "user:bob", "--urgent=yes", "--as", "alice")]
    [InlineData("--since", "listen", "--as", "bob", "--since", "1h")]
    [InlineData("--admin", "token", "--user", "bob", "--admin")]
    public async Task An_unknown_option_is_refused_by_name(string option, params string[] arguments)
    {
        var (code, _, error) = await _tools.CliAsync(arguments);

        code.Should().Be(2);
        error.Should().Contain($"'{option}'").And.Contain("--help");
    }

    [Theory]
    [InlineData("missing for option: '--user'", "token", "--user")]
    [InlineData("missing for option: '--file'", "send", "user:bob", "--as", "alice", "--file")]
    [InlineData("There is no command 'lisen'. Commands are listen, send", "lisen", "--as", "bob")]
    [InlineData("There is no command 'ls'. Commands are list, info", "queue", "ls", "--as", "alice")]
    [InlineData("A command is missing: listen, send")]
    [InlineData("Must be one of: 'ready', 'delayed', 'leased', 'retrying', 'blocked', 'dead'. See", "queue", "peek", "demo", "--as", "alice", "--state", "redy")]
    public async Task A_command_line_that_is_not_complete_or_not_known_is_explained_in_one_line(string reason, params string[] arguments)
    {
        var (code, output, error) = await _tools.CliAsync(arguments);

        (code, output).Should().Be((2, ""));
        error.Should().Contain(reason).And.NotContain("\n").And.NotContain("\\").And.NotContain("Unrecognized").And.EndWith("--help");
    }

    [Fact]
    public async Task Help_lists_each_command_with_its_first_sentence_and_exit_codes_are_in_the_help_of_a_command()
    {
        var (_, all, _) = await _tools.CliAsync("--help");
        var (_, one, _) = await _tools.CliAsync("send", "--help");

        all.Should().Contain("Sends a message and prints the receipt.").And.NotContain("Put a body that").And.NotContain("Exit codes:");
        one.Should().Contain("Put a body that").And.Contain("Exit codes:").And.NotContain("00:00:");
    }

    [Fact]
    public async Task Text_that_begins_with_a_dash_can_be_sent_after_a_double_dash_and_a_negative_number_without_one()
    {
        await _tools.StartHostAsync();
        (await _tools.CliAsync("send", "user:bob", "--as", "alice", "--", "--urgent")).Code.Should().Be(0);
        (await _tools.CliAsync("send", "user:bob", "-5", "--as", "alice")).Code.Should().Be(0);
        (await _tools.CliAsync("send", "user:bob", "hi", "--header", "sign=-x", "--id", "-id", "--as", "alice")).Code.Should().Be(0);

        var (_, output, _) = await _tools.CliAsync("listen", "--as", "bob", "--count", "3", "--json");

        output.Should().Contain("\"--urgent\"").And.Contain("\"body\":-5").And.Contain("\"id\":\"-id\"");
    }

    [Theory]
    [InlineData(true, "send", "user:bob")]
    [InlineData(false, "send", "user:bob", "hi")]
    public async Task A_send_that_reads_lines_from_a_terminal_says_so_before_it_connects(bool waits, params string[] arguments)
    {
        const string Hint = "every line that you type is a message";
        await using var cli = ToolProcess.StartAtTerminal(
            ToolProcess.Cli, new Dictionary<string, string>(), [.. arguments, "--token", "x", "--url", "http://127.0.0.1:9/wsmq", "--timeout", "60s"]);

        await Eventually.That("it has failed to connect", () => cli.Output.Any(line => line.Contains("nothing listens", StringComparison.Ordinal)));

        cli.Output.First(line => line.Contains("wsmq: ", StringComparison.Ordinal)).Contains(Hint, StringComparison.Ordinal).Should().Be(waits);
        cli.Output.Count(line => line.Contains(Hint, StringComparison.Ordinal)).Should().Be(waits ? 1 : 0);
    }

    [Fact]
    public async Task Without_a_host_the_CLI_explains_at_once_how_to_start_it_and_keeps_retrying()
    {
        // Reserved: once the host is killed, a server of another test could get its port.
        using var port = ReservedPort.Take();
        await _tools.StartHostAsync("--urls", $"http://127.0.0.1:{port.Number}");
        var url = _tools.Url;
        await _tools.KillHostAsync();
        await using var cli = _tools.StartCli("listen", "--as", "bob", "--timeout", "60s");

        await Eventually.That("it explains how to start the host", () => cli.Error.Contains("dotnet run --no-build --project Wsmq.Host", StringComparison.Ordinal));

        cli.HasExited.Should().BeFalse();
        cli.Error.Should().Contain($"nothing listens at {url}").And.NotContain("   at ");
    }

    [Fact]
    public async Task A_URL_without_the_path_of_the_hub_is_named_at_once()
    {
        await _tools.StartHostAsync();
        var url = new Uri(_tools.Url).GetLeftPart(UriPartial.Authority);

        var (code, _, error) = await _tools.CliAsync("send", "user:bob", "hi", "--as", "alice", "--url", url, "--timeout", "5m");

        code.Should().Be(3);
        error.Should().Contain("404").And.Contain("is /wsmq missing at the end of the URL?");
    }

    [Fact]
    public async Task Listen_with_a_count_ends_at_its_timeout()
    {
        await _tools.StartHostAsync();

        var (code, output, error) = await _tools.CliAsync("listen", "--as", "bob", "--count", "1", "--timeout", "15s");

        code.Should().Be(6);
        output.Should().BeEmpty();
        error.Should().Contain("0 of 1 messages arrived within 15 s");
    }

    [Fact]
    public async Task Listen_reports_connect_connection_loss_and_reconnect()
    {
        // Reserved: while the host is down, a server of another test could get its port.
        using var port = ReservedPort.Take();
        string[] urls = ["--urls", $"http://127.0.0.1:{port.Number}"];
        await _tools.StartHostAsync(urls);
        await using var cli = _tools.StartCli("listen", "--as", "bob");
        await Eventually.That("it reports that it is connected", () => Says(cli, $"connected to {_tools.Url}"));

        await _tools.KillHostAsync();
        await Eventually.That("it reports that the connection is lost", () => Says(cli, "lost the connection"));
        await _tools.StartHostAsync(urls);

        await Eventually.That("it reports that it has reconnected", () => Says(cli, $"connected to {_tools.Url} again"));
        cli.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_close_by_the_server_is_reported_with_its_reason_as_one_sentence()
    {
        var script = new Script
        {
            OnConnected = async client =>
            {
                await client.StoreState(true);
                throw new HubException(new WsmqException(WsmqErrors.Stopping).Message);
            },
        };
        await using var server = await ScriptedServer.StartAsync(script: script);
        await using var cli = _tools.StartCli("listen", "--url", server.Url.ToString(), "--token", "x", "--timeout", "60s");

        await Eventually.That("it reports the loss", () => Says(cli, "lost the connection: [wsmq 5004 stopping retry]"));

        cli.Error.Should().Contain(". Reconnecting").And.NotContain("..");
    }

    [Fact]
    public async Task A_repeated_refusal_is_printed_once_even_if_each_states_a_different_retry_time()
    {
        var script = new Script { LetsIn = false };
        script.OnConnected = _ => throw new HubException(
            new WsmqException(WsmqErrors.TooManyConnections, TimeSpan.FromMilliseconds(10 + script.Accepted)).Message);
        await using var server = await ScriptedServer.StartAsync(script: script);
        await using var cli = _tools.StartCli("listen", "--url", server.Url.ToString(), "--token", "x", "--timeout", "60s");

        await Eventually.That("it has retried a few times", () => script.Accepted > 4 && Says(cli, "too-many-connections"));

        cli.Error.Split('\n').Should().ContainSingle(l => l.Contains("too-many-connections", StringComparison.Ordinal));
        cli.HasExited.Should().BeFalse();
    }

    [Theory]
    [InlineData("bob", "user:<id>, group:<name> or work:<queue>")]
    [InlineData("topic:x", "none of user, group and work")]
    public async Task An_invalid_address_is_refused_with_the_valid_kinds(string address, string kinds)
    {
        await _tools.StartHostAsync();

        var (code, _, error) = await _tools.CliAsync("send", address, "hi", "--as", "alice");

        code.Should().NotBe(0);
        error.Should().Contain(kinds);
    }

    [Fact]
    public async Task The_host_prints_help_and_does_not_start()
    {
        await using var host = ToolProcess.Start(ToolProcess.Host, new Dictionary<string, string>(), "--help");

        (await host.ExitCodeAsync()).Should().Be(0);

        string.Join('\n', host.Output).Should().Contain("--Wsmq:DataFolder").And.NotContain("listening on");
    }

    [Theory]
    [InlineData("Unknown argument --Wsmqq:Redis", "--Wsmqq:Redis", "x")]
    [InlineData("Unknown argument --url", "--url=http://127.0.0.1:0")]
    [InlineData("Unknown argument start", "start")]
    [InlineData("Unknown argument -v", "-v")]
    [InlineData("--Wsmq:Redis has no value", "--Wsmq:Redis")]
    public async Task The_host_refuses_an_unknown_argument(string expected, params string[] arguments)
    {
        using var folder = new TempFolder();
        await using var host = Tools.StartHost("Development", folder.File("data"), arguments);

        (await host.ExitCodeAsync()).Should().Be(1);

        host.Error.Should().Contain(expected).And.NotContain("   at ");
    }

    [Theory]
    [InlineData("Wsmq:DataFolder", "--Wsmq:Path", "/wsmq")]
    public async Task A_second_host_on_the_same_data_folder_names_the_key_to_change(string key, params string[] arguments)
    {
        await _tools.StartHostAsync();
        await using var second = Tools.StartHost("Development", _tools.DataFolder, arguments);

        (await second.ExitCodeAsync()).Should().Be(1);

        second.Error.Should().Contain($"set another {key}").And.Contain("may run already").And.NotContain("SqliteOptions").And.NotContain("cannot access");
    }

    [Fact]
    public async Task A_host_whose_address_is_in_use_names_the_argument_to_change()
    {
        using var port = ReservedPort.Take();
        await _tools.StartHostAsync("--urls", $"http://127.0.0.1:{port.Number}");
        using var folder = new TempFolder();
        await using var second = Tools.StartHost("Development", folder.File("data"), "--urls", $"http://127.0.0.1:{port.Number}");

        (await second.ExitCodeAsync()).Should().Be(1);

        second.Error.Should().Contain("already in use").And.Contain("choose an address with --urls").And.NotContain("   at ");
    }

    [Fact]
    public async Task A_send_whose_standard_input_is_empty_says_that_it_has_sent_nothing()
    {
        await _tools.StartHostAsync();
        await using var cli = _tools.StartCli("send", "--as", "alice", "user:bob");
        await cli.WriteInputAsync("");

        (await cli.ExitCodeAsync()).Should().Be(0);

        (string.Join('\n', cli.Output), cli.Error).Should().Be(("", "wsmq: standard input had no lines: nothing was sent"));
    }

    [Theory]
    [InlineData("Wsmq:Options:Retention:User:MaxCount is 0", "--Wsmq:Options:Retention:User:MaxCount", "0")]
    [InlineData("Wsmq:Options:Limits:GroupsPerUser is 0", "--Wsmq:Options:Limits:GroupsPerUser", "0")]
    [InlineData("Wsmq:Options:Access:MaxRules is 1", "--Wsmq:Options:Access:MaxRules", "1")]
    [InlineData("Wsmq:Options:Retention:MaxCount is 0", "--Wsmq:Options:Retention:MaxCount", "0")]
    [InlineData("Wsmq:RedisOptions:Buckets is 0", "--Wsmq:Redis", "127.0.0.1:9", "--Wsmq:RedisOptions:Buckets", "0")]
    [InlineData("Wsmq:Options:Publish:SendTimeout must be less than Wsmq:Options:Publish:DeduplicationWindow", "--Wsmq:Options:Publish:SendTimeout", "00:05:00")]
    public async Task The_host_names_an_invalid_option_by_its_configuration_key(string expected, params string[] arguments)
    {
        using var folder = new TempFolder();
        await using var host = Tools.StartHost("Development", folder.File("data"), arguments);

        (await host.ExitCodeAsync()).Should().Be(1);

        host.Error.Should().Contain(expected);
    }

    private static bool Says(ToolProcess cli, string text) => cli.Error.Contains(text, StringComparison.Ordinal);
}
