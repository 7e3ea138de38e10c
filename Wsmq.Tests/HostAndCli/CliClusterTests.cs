using System.Text.Json;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The commands for operators against two hosts on Redis: what one of them serves is seen through the other.</summary>
[Collection(SharedRedis.Name)]
public sealed class CliClusterTests(SharedRedis redis) : IAsyncLifetime
{
    private readonly Tools _tools = new();
    private OperatorScene _scene = null!;
    private ToolProcess _other = null!;
    private string _there = "";

    public async Task InitializeAsync()
    {
        string[] store = ["--Wsmq:Redis", redis.Server.EndPoint, "--Wsmq:RedisOptions:KeyPrefix", redis.NextPrefix()];
        await _tools.StartHostAsync([.. store, "--Wsmq:Options:Nodes:Name", "here"]);
        _other = Tools.StartHost("Development", _tools.DataFolder, [.. store, "--Wsmq:Options:Nodes:Name", "there"]);
        await Eventually.That("the other host listens", () => _other.Output.Any(IsBanner));
        _there = _other.Output.First(IsBanner).Split(' ')[^1];
        _scene = new OperatorScene(_tools);
        await Eventually.That(
            "both are listed", async () => (await _tools.CliAsync(["node", "list", "--as", "admin"])).Output.Contains("there", StringComparison.Ordinal));

        static bool IsBanner(string line) => line.StartsWith("  listening on", StringComparison.Ordinal);
    }

    public async Task DisposeAsync()
    {
        await _other.DisposeAsync();
        await _tools.DisposeAsync();
    }

    [Fact]
    public async Task Logs_connections_dead_letters_runs_and_keys_of_one_host_are_seen_through_the_other()
    {
        await using var phone = await _scene.ConnectAsync("bob", "phone", ack: false);
        await using var tail = _tools.StartCli("tail", "user:bob", "--operator", "--count", "1", "--as", "admin", "--url", _there);
        await Eventually.That("the tail is open", () => tail.Error.Contains("connected to", StringComparison.Ordinal));
        var position = (await _scene.SendAsync("user:bob", 1))[0];
        await _scene.DeadLetterAsync("carol", 2);

        (await tail.ExitCodeAsync()).Should().Be(0, tail.Error);
        tail.Output.Single().Should().StartWith(position);
        var list = "";
        await Eventually.That("both nodes answer", async () =>
            !(list = await ThereAsync("node", "list")).Contains("MISSING", StringComparison.Ordinal));
        list.Should().Contain("here  ").And.Contain("there  ").And.Contain("store redis");
        await Eventually.That("the other node tells of the connection", async () =>
            (await ThereAsync("user", "connections", "bob")).Contains("  device phone  reads ", StringComparison.Ordinal));
        (await ThereAsync("address", "search", "b*")).Should().StartWith("user:bob  1 entries");
        (await ThereAsync("address", "life", "user:bob", position)).Should().Contain("waiting  bob/phone");
        (await ThereAsync("dead-letter", "list")).Split('\n').Should().HaveCount(2);
        var run = await _scene.JsonAsync("dead-letter", "run", "replay", "--id", "r", "--detach", "--yes");
        run.Single().GetProperty("id").GetString().Should().Be("r");
        (await ThereAsync("dead-letter", "watch", "r")).Should().StartWith("r  replay  done  2 of 2 done  0 failed");
        await _scene.OkAsync("key", "create", "--name", "shop", "--scope", "read");
        JsonDocument.Parse(await ThereAsync("key", "list", "--json")).RootElement.GetProperty("name").GetString().Should().Be("shop");
    }

    [Fact]
    public async Task A_host_that_was_killed_is_missing()
    {
        await _other.KillAsync();

        // Callers share an answer for a short time: the first list may still have the node.
        var list = "";
        await Eventually.That(
            "it is missing", async () => (list = await _scene.OkAsync("node", "list")).Contains("MISSING  nodes that did not answer: ", StringComparison.Ordinal));
        list.Should().Contain("here  ").And.NotContain("there  ");
        (await _tools.CliAsync("node", "list", "--as", "admin", "--url", _there)).Code.Should().Be(3);
    }

    private Task<string> ThereAsync(params string[] arguments) => _scene.OkAsync([.. arguments, "--url", _there]);
}
