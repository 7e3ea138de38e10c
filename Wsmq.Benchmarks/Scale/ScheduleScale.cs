using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// Many messages with a delay, to many users, that are all due within a minute: how late each is appended, by the clock of Redis, what that
/// costs Redis, and how long a <c>GET</c> of another connection takes meanwhile. Two nodes, each of which has sent one half. The same with
/// jobs of a work queue: how late each begins.
/// </summary>
internal sealed class ScheduleScale(bool quick)
{
    // Also for what is due last.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private const int MostEntries = 1_000;

    private readonly int _messages = quick ? 10_000 : 100_000;
    private readonly int _users = quick ? 1_000 : 10_000;
    private readonly TimeSpan _within = TimeSpan.FromSeconds(quick ? 10 : 60);
    private readonly TimeSpan _ahead = TimeSpan.FromSeconds(quick ? 20 : 90);

    private readonly MarkdownTable _table = new(
        "what", "due within, s", "late, ms: median", "p99", "maximum", "early, lost, twice", "Redis CPU, µs: to store", "when due", "script calls",
        "commands", "published", "other commands meanwhile, ms: median", "p99", "maximum");

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        await MeasureAsync($"{_messages} messages to {_users} users", _users, cancellationToken);
        await MeasureAsync($"{_messages} jobs", users: 0, cancellationToken);
        return _table;
    }

    private async Task MeasureAsync(string what, int users, CancellationToken cancellationToken)
    {
        await using var redis = await RedisDeployment.StartAsync(shards: 0);
        var nodes = await NodeProcess.StartManyAsync(2, NodeCommand.StartOf(NodeCommand.Wsmq, NodeCommand.RedisOption, redis.EndPoints));
        try
        {
            await using var other = await ConnectionMultiplexer.ConnectAsync(redis.EndPoints);
            await using var workers = users == 0 ? await DelayedWorkers.StartAsync([.. nodes.Select(n => n.Address)]) : null;
            var (cpu, start) = (new CpuMeter([.. nodes.Select(n => n.ProcessId)], [.. redis.Servers.Select(s => s.ProcessId!.Value)]), DateTimeOffset.UtcNow);
            var plan = new DelayedPlan(users, (start + _ahead).ToUnixTimeMilliseconds(), (int)_within.TotalMilliseconds, _messages);
            var (first, before) = (start + _ahead, cpu.Read());
            await Task.WhenAll(nodes.Select((node, i) => DelayedEndpoints.SendAsync(node.Address, plan, i * (_messages / 2), _messages / 2)));
            var stored = cpu.Read() - before;
            Progress.Say($"schedules: {what} wait, after {(DateTimeOffset.UtcNow - start).TotalSeconds:F1} s");
            if (DateTimeOffset.UtcNow >= first)
                throw new RunFailedException($"Storing {what} took longer than {_ahead.TotalSeconds} s, so that some were due before.");

            await Task.Delay(first - DateTimeOffset.UtcNow, cancellationToken);
            var (counters, atFirst) = (await RedisCounters.ReadAsync(redis), cpu.Read());
            var (due, _, probes) = await RedisProbe.DuringAsync(
                other,
                async () =>
                {
                    await Task.Delay(first + _within + Patience - DateTimeOffset.UtcNow, cancellationToken);
                    return (Cpu: cpu.Read() - atFirst, Counters: await RedisCounters.ReadAsync(redis) - counters);
                },
                cancellationToken);
            var late = await LateAsync(() => workers is null ? AppendedAsync(redis, cancellationToken) : Task.FromResult(workers.Begun), cancellationToken);
            _table.Add(
            [
                what, Text(_within.TotalSeconds, "F0"), .. RedisProbe.TextOf([.. late.Select(l => l.Late).Order()]),
                $"{late.Count(l => l.Late < 0)}, {_messages - late.DistinctBy(l => l.Number).Count()}, {late.Count - late.DistinctBy(l => l.Number).Count()}",
                Each(stored.Redis * 1e6, "F0"), Each(due.Cpu.Redis * 1e6, "F0"), Each(due.Counters.Scripts), Each(due.Counters.Commands),
                Each(due.Counters.Published), .. RedisProbe.TextOf(probes),
            ]);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(n => n.DisposeAsync().AsTask()));
        }
    }

    // What is missing may only be late.
    private async Task<List<(int Number, double Late)>> LateAsync(Func<Task<List<(int Number, double Late)>>> read, CancellationToken cancellationToken)
    {
        for (var end = DateTimeOffset.UtcNow + Limit; ; await Task.Delay(Patience, cancellationToken))
        {
            var late = await read();
            if (late.Count >= _messages || DateTimeOffset.UtcNow >= end)
                return late;
            Progress.Say($"schedules: {late.Count} of {_messages} are there");
        }
    }

    /// <summary>Reads all logs: a position is the time at which its message was appended.</summary>
    private async Task<List<(int Number, double Late)>> AppendedAsync(RedisDeployment redis, CancellationToken cancellationToken)
    {
        await using var store = new RedisStore(
            Options.Create(new WsmqOptions()), Options.Create(new WsmqRedisOptions { Configuration = redis.EndPoints }), NullLogger<RedisStore>.Instance);
        await store.StartAsync(cancellationToken);
        var late = new List<(int, double)>();
        for (var user = 0; user < _users; user++)
        {
            var address = WsmqAddress.User(DelayedPlan.UserOf(user));
            foreach (var entry in (await store.MessageLog.ReadAsync(address, WsmqPosition.Start, MostEntries, int.MaxValue, cancellationToken)).Entries)
            {
                var body = JsonSerializer.Deserialize<DelayedBody>(entry.Body.Span, JsonSerializerOptions.Web)!;
                late.Add((body.Number, (entry.Position.Value / 1_000.0) - body.Due));
            }
        }

        return late;
    }

    private string Each(double sum, string format = "F2") => Text(sum / _messages, format);

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
