using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Wsmq.Tests.Hubs;

/// <summary>Mistakes of clients must not cause warnings or errors in the app's log, and no body may appear in it.</summary>
public sealed class RefusalLogTests : IAsyncLifetime
{
    private const string Marker = "marker-of-a-body";
    private readonly TempFolder _folder = new();
    private readonly RecordedLogs _logs = new();
    private TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")), o => o.Devices.MaxPerUser = 1,
        b =>
        {
            b.Logging.AddProvider(_logs);
            // Overrides any appsettings file next to the tests.
            b.Services.Configure<LoggerFilterOptions>(o =>
            {
                o.Rules.Clear();
                o.MinLevel = LogLevel.Trace;
            });
        });

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_refused_call_is_logged_with_its_code_at_Debug_level_only()
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");

        await alice.Invoking(a => a.SendAsync("group:secret", Marker)).Should().ThrowAsync<HubException>();
        await alice.Invoking(a => a.Connection.InvokeAsync("Ack", "user:bob", "x")).Should().ThrowAsync<HubException>();

        _logs.Of(LogLevel.Debug).Should().Contain(l => l.Contains("refused: send-not-allowed", StringComparison.Ordinal));
        NothingAlarming();
    }

    [Fact]
    public async Task A_refused_connection_is_logged_with_its_code_and_no_error()
    {
        await using var one = await PlainClient.ConnectAsync(_node, "alice", "one");

        // StartAsync completes before the server has registered the device; the first call waits until it has.
        await one.SendAsync("user:nobody", 1);
        await using var two = await PlainClient.ConnectAsync(_node, "alice", "two");

        await Eventually.That("the second is refused", () => two.Closed is not null);

        _logs.Of(LogLevel.Information).Should().Contain(l => l.Contains("was refused: too-many-devices", StringComparison.Ordinal));
        NothingAlarming();
    }

    [Fact]
    public async Task A_body_reaches_no_log_at_any_level()
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        await alice.SendAsync("user:alice", Marker);
        await alice.Connection.InvokeAsync<WsmqReceipt>("Send", new { to = "user:alice", type = "t", headers = new { h = Marker } });
        await _node.Live.Clients.User("alice").Live(new WsmqLiveMessage { Body = WsmqJsonBody.Parse($"\"{Marker}\"") });

        await Eventually.That("the messages and the push arrive", () => alice.Received.Count == 2 && alice.Live.Count == 1);
        _logs.All.Should().NotContain(l => l.Contains(Marker, StringComparison.Ordinal));
    }

    private void NothingAlarming()
    {
        foreach (var level in new[] { LogLevel.Warning, LogLevel.Error, LogLevel.Critical })
            _logs.Of(level).Should().BeEmpty();
        _logs.All.Should().NotContain(l => l.Contains(Marker, StringComparison.Ordinal));
    }
}
