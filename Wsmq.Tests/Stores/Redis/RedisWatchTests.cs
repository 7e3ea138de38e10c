using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>How the watch over the Redis connections behaves, and what it logs, when something fails.</summary>
public sealed class RedisWatchTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task The_sentinels_are_queried_again_after_an_unexpected_exception()
    {
        var asked = 0;
        var follower = new SentinelFollower(
            _ => ++asked <= 2 ? throw new KeyNotFoundException("unforeseen") : Task.CompletedTask, _time, _logs);
        follower.Start();

        await Eventually.That("they are queried again", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            return Volatile.Read(ref asked) > 3;
        });

        await follower.StopAsync();
        _logs.Of(LogLevel.Error).Should().HaveCount(2).And.OnlyContain(t => t.Contains("unforeseen", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_to_replace_a_connection_is_logged_once_for_each_cause()
    {
        var line = new BrokenLine();
        foreach (var cause in new[] { "away", "away", "wrong password", "wrong password" })
            line.Failures.Enqueue(new InvalidOperationException(cause));
        var watch = new LineWatch(line, new SilentProbe(), new WsmqRedisOptions(), _time, _logs);
        watch.Start();

        await Eventually.That("the connection is replaced", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return _logs.Of(LogLevel.Information).Any(t => t.Contains("answers again", StringComparison.Ordinal));
        });

        await watch.StopAsync();
        var warnings = _logs.Of(LogLevel.Warning).ToArray();
        warnings[0].Should().Contain("for tests does not answer");
        warnings[1].Should().Contain("No new connection to Redis for tests").And.Contain("away");
        warnings[2].Should().Contain("No new connection to Redis for tests").And.Contain("wrong password");
    }

    private sealed class BrokenLine : ILine
    {
        public ConcurrentQueue<Exception> Failures { get; } = [];

        public string Purpose => "tests";

        public bool IsOpen => true;

        public IConnectionMultiplexer Current => throw new InvalidOperationException("not asked for");

        public Task ReplaceAsync(Func<IConnectionMultiplexer, Task> prepare, CancellationToken cancellationToken) =>
            Failures.TryDequeue(out var failure) ? Task.FromException(failure) : Task.CompletedTask;
    }

    private sealed class SilentProbe : ILineProbe
    {
        public Task<bool?> AnswersAsync(CancellationToken cancellationToken) => Task.FromResult<bool?>(false);

        public Task PrepareAsync(IConnectionMultiplexer fresh, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
