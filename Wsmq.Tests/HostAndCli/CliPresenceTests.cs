using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary>Presence on the command line. In Development alice and bob are members of the group ops.</summary>
public sealed class CliPresenceTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() =>
        _tools.StartHostAsync("--Wsmq:Options:Presence:IsEnabled", "true", "--Wsmq:Options:Presence:Grace", "00:00:00.5");

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task Who_is_online_is_printed_and_what_changes_with_watch()
    {
        await using var watch = _tools.StartCli("presence", "group:ops", "--as", "bob", "--watch");

        // Where the machine is so busy that the node does not answer itself in time, bob comes as a change after an empty whole.
        await Eventually.That("bob sees himself", () => watch.Output.Any(l => l.StartsWith("bob  online  default since 2", StringComparison.Ordinal)));
        await using (var listen = _tools.StartCli("listen", "--as", "alice", "--device", "phone"))
        {
            await Eventually.That("alice is printed", () => watch.Output.Last().StartsWith("alice  online  phone since 2", StringComparison.Ordinal));
            var json = await _tools.CliAsync("presence", "group:ops", "--as", "bob", "--json");
            json.Code.Should().Be(0, json.Error);
            JsonDocument.Parse(json.Output).RootElement.GetProperty("online").GetInt32().Should().Be(2);
        }

        await Eventually.That("alice is offline", () => watch.Output.Last().StartsWith("alice  offline  last seen 2", StringComparison.Ordinal));
        watch.Interrupt();
        (await watch.ExitCodeAsync()).Should().Be(0, watch.Error);
        watch.Output.Should().Contain(l => l.EndsWith("online  0 away", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_user_may_not_see_is_refused_and_a_queue_has_no_presence()
    {
        var refused = await _tools.CliAsync("presence", "user:alice", "--as", "bob");
        var queue = await _tools.CliAsync("presence", "work:demo", "--as", "bob");

        refused.Code.Should().Be(1);
        refused.Error.Should().Contain("3009 presence-not-allowed");
        (queue.Code, queue.Error).Should().Match<(int Code, string Error)>(r => r.Code == 2 && r.Error.Contains("A work queue has no presence.", StringComparison.Ordinal));
    }
}
