using System.Globalization;
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
/// costs Redis, and how long a <c>GET</c> of another connection takes meanwhile. Two nodes, each of which has sent one half.
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

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        await using var redis = await RedisDeployment.StartAsync(shards: 0);
        var server = redis.Servers.Single();
        var nodes = await NodeProcess.StartManyAsync(2, NodeCommand.StartOf(NodeCommand.Wsmq, NodeCommand.RedisOption, redis.EndPoints));
        try
        {
            await using var other = await ConnectionMultiplexer.ConnectAsync(redis.EndPoints);
            await using var store = new RedisStore(
                Options.Create(new WsmqOptions()), Options.Create(new WsmqRedisOptions { Configuration = redis.EndPoints }), NullLogger<RedisStore>.Instance);
            await store.StartAsync(cancellationToken);
            var (cpu, start) = (new CpuMeter([.. nodes.Select(n => n.ProcessId)], [server.ProcessId!.Value]), DateTimeOffset.UtcNow);
            var plan = new DelayedPlan(_users, (start + _ahead).ToUnixTimeMilliseconds(), (int)_within.TotalMilliseconds, _messages);

            var before = cpu.Read();
            await Task.WhenAll(nodes.Select((node, i) => DelayedEndpoints.SendAsync(node.Address, plan, i * (_messages / 2), _messages / 2)));
            var stored = cpu.Read() - before;
            var first = DateTimeOffset.FromUnixTimeMilliseconds(plan.First);
            Progress.Say($"schedules: {_messages} messages wait, after {(DateTimeOffset.UtcNow - start).TotalSeconds:F1} s");
            if (DateTimeOffset.UtcNow >= first)
                throw new RunFailedException($"Storing {_messages} messages took longer than {_ahead.TotalSeconds} s, so that some were due before.");

            await Task.Delay(first - DateTimeOffset.UtcNow, cancellationToken);
            var (counters, atFirst) = (await RedisCounters.ReadAsync(redis), cpu.Read());
            var (appended, _, probes) = await RedisProbe.DuringAsync(
                other,
                async () =>
                {
                    await Task.Delay(first + _within + Patience - DateTimeOffset.UtcNow, cancellationToken);
                    return (Cpu: cpu.Read() - atFirst, Counters: await RedisCounters.ReadAsync(redis) - counters);
                },
                cancellationToken);
            var late = await LateAsync(store, cancellationToken);
            return TableOf(late, stored, appended.Cpu, appended.Counters, probes);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(n => n.DisposeAsync().AsTask()));
        }
    }

    private MarkdownTable TableOf(Lateness late, CpuSeconds stored, CpuSeconds appended, RedisCounters counters, double[] probes)
    {
        var table = new MarkdownTable(
            "messages", "users", "due within, s", "late, ms: median", "p99", "maximum", "early, lost, twice", "Redis CPU, µs: to store", "to append",
            "script calls", "commands", "published", "other commands meanwhile, ms: median", "p99", "maximum");
        table.Add(
        [
            Text(_messages, "F0"), Text(_users, "F0"), Text(_within.TotalSeconds, "F0"), .. RedisProbe.TextOf(late.Milliseconds),
            $"{Text(late.Early, "F0")}, {Text(late.Lost, "F0")}, {Text(late.Twice, "F0")}", Each(stored.Redis * 1e6, "F0"), Each(appended.Redis * 1e6, "F0"),
            Each(counters.Scripts), Each(counters.Commands), Each(counters.Published), .. RedisProbe.TextOf(probes),
        ]);
        return table;
    }

    /// <summary>Reads all logs: a position is the time at which its message was appended.</summary>
    private async Task<Lateness> LateAsync(RedisStore store, CancellationToken cancellationToken)
    {
        for (var end = DateTimeOffset.UtcNow + Limit; ; await Task.Delay(Patience, cancellationToken))
        {
            var (late, seen, entries) = (new List<double>(), new HashSet<int>(), 0);
            for (var user = 0; user < _users; user++)
            {
                var address = WsmqAddress.User(DelayedPlan.UserOf(user));
                foreach (var entry in (await store.MessageLog.ReadAsync(address, WsmqPosition.Start, MostEntries, int.MaxValue, cancellationToken)).Entries)
                {
                    var (number, due) = DelayedEndpoints.Read(entry.Body);
                    late.Add((entry.Position.Value / 1_000.0) - due);
                    seen.Add(number);
                    entries++;
                }
            }

            // What is missing may only be late.
            if (seen.Count == _messages || DateTimeOffset.UtcNow >= end)
                return new Lateness([.. late.Order()], late.Count(l => l < 0), _messages - seen.Count, entries - seen.Count);
            Progress.Say($"schedules: {seen.Count} of {_messages} messages are there");
        }
    }

    private string Each(double sum, string format = "F2") => Text(sum / _messages, format);

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private sealed record Lateness(double[] Milliseconds, int Early, int Lost, int Twice);
}
