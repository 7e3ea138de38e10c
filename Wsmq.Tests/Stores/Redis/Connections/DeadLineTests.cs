using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Connections to Redis that silently lose all data, while the periodic comparison of tails is off.</summary>
public sealed class DeadLineTests : IAsyncLifetime
{
    private readonly RecordedLogs _logs = new();
    private readonly Dictionary<string, TcpProxy> _lines = new(StringComparer.Ordinal);
    private RedisServer _redis = null!;
    private TestNode _node = null!;
    private TestNode _other = null!;
    private PlainClient _bob = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        foreach (var name in new[] { "wsmq-commands", "wsmq-signals", "wsmq-live" })
            _lines.Add(name, new TcpProxy(_redis.Uri));
        _node = await StartAsync(_logs, Through);
        _other = await StartAsync(new RecordedLogs(), null);
        _bob = await PlainClient.ConnectAsync(_node, "bob");
        await SendAsync("0");
        await _bob.ReceivesAsync("0");
    }

    public async Task DisposeAsync()
    {
        await _bob.DisposeAsync();
        foreach (var line in _lines.Values)
            line.Conditions.Clear();
        await _node.DisposeAsync();
        await _other.DisposeAsync();
        foreach (var line in _lines.Values)
            await line.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private void Through(ConfigurationOptions connection)
    {
        if (!_lines.TryGetValue(connection.ClientName!, out var line))
            return;
        connection.EndPoints.Clear();
        connection.EndPoints.Add("127.0.0.1", line.Port);
    }

    private Task<TestNode> StartAsync(RecordedLogs logs, Action<ConfigurationOptions>? connection) => TestNode.StartAsync(
        s => s.UseRedis(_redis.EndPoint, o =>
        {
            (o.ProbeInterval, o.ProbeTimeout, o.ConfigureConnection) = (TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3), connection);
        }),
        o => (o.Delivery.TailCheckInterval, o.Publish.SendTimeout) = (TimeSpan.FromHours(1), TimeSpan.FromSeconds(60)),
        b => b.Logging.AddProvider(logs));

    private Task SendAsync(string body) =>
        _other.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse(body) }, CancellationToken.None);

    private async Task<HealthStatus> HealthAsync() =>
        (await _node.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    [Fact]
    public async Task Signals_are_received_over_a_new_connection_after_theirs_goes_silent()
    {
        _lines["wsmq-signals"].Silence();
        await SendAsync("1");
        await _bob.ReceivesAsync("0", "1");
        await SendAsync("2");
        await _bob.ReceivesAsync("0", "1", "2");
        _logs.Of(LogLevel.Warning).Should().ContainSingle(t => t.Contains("for signals does not answer", StringComparison.Ordinal));
        await Eventually.That(
            "the recovery is logged", () => _logs.All.Any(t => t.Contains("for signals answers again", StringComparison.Ordinal)));
        _bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_silent_command_connection_is_replaced_and_sends_in_flight_are_stored_once()
    {
        _lines["wsmq-commands"].Silence();
        var sends = Enumerable.Range(1, 20).Select(i => _bob.SendAsync("user:bob", i)).ToArray();
        await Task.WhenAll(sends);
        await _bob.ReceivesAsync([.. Enumerable.Range(0, 21).Select(i => $"{i}")]);
    }

    [Fact]
    public async Task All_connections_that_go_silent_at_once_are_replaced_and_messages_arrive()
    {
        foreach (var line in _lines.Values)
            line.Silence();
        await _bob.SendAsync("user:bob", 1);
        await SendAsync("2");
        await _bob.ReceivesAsync("0", "1", "2");
    }

    [Fact]
    public async Task Health_is_degraded_and_one_warning_is_logged_while_new_signal_connections_fail_too()
    {
        var line = _lines["wsmq-signals"];
        line.Conditions.Hold(up: true, down: true);
        await Eventually.That("health is degraded", async () => await HealthAsync() == HealthStatus.Degraded);
        await SendAsync("1");
        line.Conditions.Clear();
        await _bob.ReceivesAsync("0", "1");
        await Eventually.That("health is healthy", async () => await HealthAsync() == HealthStatus.Healthy);
        _logs.Of(LogLevel.Warning).Should().ContainSingle(t => t.Contains("for signals does not answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_signal_connection_that_loses_only_incoming_data_is_replaced()
    {
        _lines["wsmq-signals"].Silence(up: false);
        await SendAsync("1");
        await _bob.ReceivesAsync("0", "1");
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public async Task Live_pushes_arrive_again_after_their_connection_goes_silent_and_health_stays_healthy(bool up, bool down, bool resp2)
    {
        if (resp2)
            await RestartAsync(c => c.Protocol = RedisProtocol.Resp2);
        await PushesComeAsync("before");
        _lines["wsmq-live"].Silence(up, down);
        await Eventually.That("the silent connection is noticed", () =>
            _logs.Of(LogLevel.Warning).Any(t => t.Contains("for live does not answer", StringComparison.Ordinal)));
        (await HealthAsync()).Should().Be(HealthStatus.Healthy);
        await PushesComeAsync("again");
        await using var late = await PlainClient.ConnectAsync(_node, "late");
        await Eventually.That("a client that connects later receives live pushes too", async () =>
        {
            await _other.Live.Clients.User("late").Live(new());
            return late.Live.Count > 0;
        });
        await Eventually.That(
            "the recovery is logged", () => _logs.All.Any(t => t.Contains("for live answers again", StringComparison.Ordinal)));
        _logs.Of(LogLevel.Warning).Should().ContainSingle(t => t.Contains("for live does not answer", StringComparison.Ordinal));
    }

    private async Task RestartAsync(Action<ConfigurationOptions> change)
    {
        await _bob.DisposeAsync();
        await _node.DisposeAsync();
        _node = await StartAsync(_logs, c =>
        {
            change(c);
            Through(c);
        });
        _bob = await PlainClient.ConnectAsync(_node, "bob");
    }

    private async Task PushesComeAsync(string when)
    {
        var before = _bob.Live.Count;
        await Eventually.That($"pushes arrive {when}", async () =>
        {
            await _other.Live.Clients.User("bob").Live(new());
            return _bob.Live.Count > before;
        });
    }
}
