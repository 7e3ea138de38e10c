using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Diagnostics;
using ServerLog = Wsmq.Server.Diagnostics.Log;

namespace Wsmq.Tests.Diagnostics;

/// <summary>At most one line a minute for each kind of log line, and an exact count of the suppressed ones.</summary>
public sealed class LogGateTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLogs _logs = new();
    private readonly LogGate _gate;
    private readonly GatedLogger _logger;

    public LogGateTests()
    {
        _gate = new LogGate(_time);
        _logger = new GatedLogger(_logs, _gate);
    }

    [Fact]
    public void The_first_line_of_a_kind_is_written_unchanged()
    {
        ServerLog.OriginRefused(_logger, "https://one.example");

        _logs.Of(LogLevel.Information).Should().ContainSingle().Which.Should().Contain("https://one.example");
    }

    [Fact]
    public void Further_lines_in_the_same_minute_are_counted_and_reported_at_its_end_with_the_last_text()
    {
        for (var i = 0; i < 1_000; i++)
            ServerLog.OriginRefused(_logger, $"https://{i}.example");
        _logs.All.Should().HaveCount(1);

        _time.Advance(LogGate.Interval);

        _logs.Of(LogLevel.Information).Should().HaveCount(2).And.Subject.Last().Should().Contain("42 happened 999 more times").And.Contain("https://999.example");
    }

    [Fact]
    public void A_flood_writes_one_line_a_minute_and_counts_every_line()
    {
        for (var second = 0; second < 300; second++)
        {
            ServerLog.OriginRefused(_logger, "https://one.example");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        // The first one, and the counts of five minutes.
        _logs.All.Should().HaveCount(6);
    }

    [Fact]
    public void The_next_line_after_a_quiet_minute_is_written_unchanged()
    {
        ServerLog.OriginRefused(_logger, "https://one.example");
        _time.Advance(LogGate.Interval);

        ServerLog.OriginRefused(_logger, "https://two.example");

        _logs.All.Should().HaveCount(2).And.Subject.Last().Should().StartWith("A browser was refused").And.Contain("https://two.example");
    }

    [Fact]
    public void Kinds_of_lines_do_not_suppress_each_other()
    {
        ServerLog.OriginRefused(_logger, "https://one.example");
        ServerLog.UnreadableSignal(_logger);
        new GatedLogger(_logs, _gate, "SignalR").LogError(new EventId(3), "another 3");

        _logs.All.Should().HaveCount(3);
    }

    [Fact]
    public void Debug_lines_are_not_suppressed()
    {
        for (var i = 0; i < 3; i++)
            ServerLog.CallRefused(_logger, "rate-limited");

        _logs.Of(LogLevel.Debug).Should().HaveCount(3);
    }

    [Fact]
    public void A_node_that_stops_reports_the_count_of_suppressed_lines()
    {
        ServerLog.OriginRefused(_logger, "https://one.example");
        ServerLog.OriginRefused(_logger, "https://two.example");

        _gate.Dispose();

        _logs.All.Should().HaveCount(2).And.Subject.Last().Should().Contain("1 more times");
    }

    [Fact]
    public async Task Every_server_class_that_logs_uses_the_gate()
    {
        using var folder = new TempFolder();
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(folder.File("wsmq.db")));
        var loggers = typeof(LogGate).Assembly.GetTypes()
            .SelectMany(t => t.GetConstructors())
            .SelectMany(c => c.GetParameters())
            .Select(p => p.ParameterType)
            .Where(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(ILogger<>)
                && t.GenericTypeArguments[0].Assembly == typeof(LogGate).Assembly)
            .ToHashSet();

        loggers.Should().HaveCountGreaterThan(10).And.OnlyContain(t => node.Services.GetService(t) is GatedLogger);
    }
}
