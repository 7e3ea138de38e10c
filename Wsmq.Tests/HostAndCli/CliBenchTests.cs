using System.Collections.Concurrent;
using System.Text.Json;
using Wsmq.Tests.Client;

namespace Wsmq.Tests.HostAndCli;

/// <summary><c>wsmq bench</c> against real hosts: what it counts, and what it refuses.</summary>
public sealed class CliBenchTests : IAsyncLifetime
{
    private static readonly string[] Small = ["--rate", "40", "--seconds", "1", "--json"];

    private readonly TempFolder _folder = new();
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _tools.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_load_to_users_of_its_own_is_counted_without_losses()
    {
        await _tools.StartHostAsync();

        var (code, output, error) = await _tools.CliAsync(["bench", "--as", "alice", .. Small, "--size", "1000"]);

        code.Should().Be(0, error);
        var result = JsonDocument.Parse(output).RootElement;
        Counts(result).Should().Be((40, 40, 40, 0, 0));
        result.GetProperty("toDelivery").GetProperty("p99").GetDouble().Should().BePositive();
        result.GetProperty("remains").EnumerateArray().Select(r => r.GetString()).Should()
            .Contain(r => r!.Contains("administer-not-allowed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_load_to_a_group_reaches_every_receiver()
    {
        await _tools.StartHostAsync("--Wsmq:Groups:ops:0=alice");

        var (code, output, error) = await _tools.CliAsync(["bench", "--as", "alice", "--to", "group:ops", "--receivers", "3", .. Small]);

        code.Should().Be(0, error);
        Counts(JsonDocument.Parse(output).RootElement).Should().Be((40, 40, 120, 0, 0));
    }

    [Fact]
    public async Task Loads_that_may_remove_nothing_have_the_same_devices_each_time_and_all_have_acknowledged_everything()
    {
        await _tools.StartHostAsync();
        for (var i = 0; i < 2; i++)
        {
            var (code, output, error) = await _tools.CliAsync(["bench", "--as", "alice", "--to", "user:alice", "--senders", "3", .. Small]);
            code.Should().Be(0, error);
            Counts(JsonDocument.Parse(output).RootElement).Should().Be((40, 40, 80, 0, 0));
        }

        var scene = new OperatorScene(_tools);
        (await scene.JsonAsync("user", "devices", "alice")).Select(d => d.GetProperty("name").GetString()).Should()
            .BeEquivalentTo("wsmq-bench-r0", "wsmq-bench-r1");
        (await scene.JsonAsync("address", "show", "user:alice")).Single().GetProperty("cursors").EnumerateArray()
            .Select(c => c.GetProperty("behind").GetInt64()).Should().Equal(0, 0);
    }

    [Fact]
    public async Task Devices_are_removed_where_the_HTTP_API_is()
    {
        await using var cli = await ApiCli.StartAsync(_folder);

        var output = await cli.OkAsync(["bench", "--to", "user:admin", "--api-url", $"{cli.Node.Address}elsewhere", .. Small]);

        JsonDocument.Parse(output).RootElement.GetProperty("remains").EnumerateArray().Select(r => r.GetString()).Should()
            .ContainSingle(r => r!.Contains("/elsewhere (404)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_operator_may_remove_is_removed()
    {
        await using var cli = await ApiCli.StartAsync(_folder);

        var output = await cli.OkAsync(["bench", "--to", "user:admin", .. Small]);

        JsonDocument.Parse(output).RootElement.GetProperty("remains").GetArrayLength().Should().Be(1, "only the messages remain");
        (await cli.Node.Devices.ListAsync("admin")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_server_that_loses_and_repeats_messages_is_found_out()
    {
        var clients = new ConcurrentBag<IWsmqReceiver>();
        var (script, position) = (new Script(), 0);
        script.OnConnected = client =>
        {
            clients.Add(client);
            return Task.CompletedTask;
        };
        script.OnSend = async (message, _) =>
        {
            var receipt = script.Store(message);
            var copies = script.Stored.Count switch { 3 => 0, 5 => 2, _ => 1 };
            for (; copies > 0; copies--)
                await DeliverAsync(message, ++position);
            return receipt;
        };
        await using var server = await ScriptedServer.StartAsync(script: script);
        await using var cli = _tools.StartCli(
            ["bench", "--url", server.Url.ToString(), "--token", "x", "--to", Entry.Alice, "--senders", "1", "--receivers", "1", .. Small]);

        (await cli.ExitCodeAsync()).Should().Be(9, cli.Error);

        var result = JsonDocument.Parse(cli.Output.Single()).RootElement;
        Counts(result).Should().Be((40, 40, 39, 1, 1));

        Task DeliverAsync(WsmqOutgoingMessage message, int number) => Task.WhenAll(clients.Select(client => client.Receive(new WsmqDelivery
        {
            Source = Entry.Alice, Position = Entry.At(number), Previous = Entry.At(number - 1), Id = $"{number}", Sender = "x",
            Type = message.Type, Body = message.Body, Headers = message.Headers,
        })));
    }

    [Theory]
    [InlineData("--yes", "bench", "--as", "x", "--url", "https://shop.example/wsmq")]
    [InlineData("--to", "bench", "--token", "x")]
    [InlineData("work queue", "bench", "--token", "x", "--to", "work:emails")]
    [InlineData("whole number", "bench", "--as", "x", "--rate", "0")]
    public async Task What_is_not_allowed_is_refused_before_anything_is_sent(string expected, params string[] arguments)
    {
        await using var cli = ToolProcess.Start(ToolProcess.Cli, new Dictionary<string, string>(), arguments);

        (await cli.ExitCodeAsync()).Should().Be(2, cli.Error);

        cli.Error.Should().Contain(expected);
    }

    private static (long Sent, long Stored, long Received, long Missing, long Duplicates) Counts(JsonElement result)
    {
        return (Of("sent"), Of("stored"), Of("received"), Of("missing"), Of("duplicates"));

        long Of(string name) => result.GetProperty(name).GetInt64();
    }
}
