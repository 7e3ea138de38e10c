using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Sqlite;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// How the cost of a job depends on how many wait: taking and completing one, in turns at a short and at a long queue and at a long one
/// whose jobs wait for one key. At Redis also the memory of a waiting job.
/// </summary>
internal sealed class QueueScale(bool quick)
{
    private const int Short = 1_000;
    private const int Blocked = 100_000;

    private static readonly QueueRules Rules = new()
    {
        Lease = TimeSpan.FromMinutes(10).Micros(), MaxAttempts = 3, MaxLostLeases = 3, MinBackoff = 0, MaxBackoff = 0, MaxDeadLetters = 100,
        MaxDeadLetterBytes = 1 << 20, MaxDeadLetterAge = TimeSpan.FromDays(1).Micros(),
    };

    private readonly int _long = quick ? 100_000 : 1_000_000;
    private readonly int _takes = quick ? 500 : 3_000;
    private readonly SampleJobs _jobs = new();

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        var table = new MarkdownTable(
            "store", $"take and complete, µs, {Short} waiting", $"{_long} waiting", $"{Blocked} waiting for one key", "bytes of a waiting job beside its content");
        using var folder = new TempFolder();
        await using (var redis = await RedisDeployment.StartServerAsync())
        {
            await using var store = new RedisStore(
                Options.Create(new WsmqOptions()), Options.Create(new WsmqRedisOptions { Configuration = redis.EndPoint }), NullLogger<RedisStore>.Instance);
            await using var admin = await ConnectionMultiplexer.ConnectAsync(redis.EndPoint + ",allowAdmin=true");
            table.Add(["Redis", .. await MeasureAsync(store, admin, cancellationToken)]);
        }

        await using var sqlite = new SqliteStore(
            Options.Create(new WsmqOptions()), Options.Create(new WsmqSqliteOptions { Path = folder.File("wsmq.db"), MaxBytes = 1L << 34 }),
            TimeProvider.System, NullLogger<SqliteStore>.Instance);
        table.Add(["SQLite", .. await MeasureAsync(sqlite, null, cancellationToken)]);
        return table;
    }

    private async Task<string[]> MeasureAsync(IStore store, ConnectionMultiplexer? redis, CancellationToken cancellationToken)
    {
        await store.StartAsync(cancellationToken);
        var (few, many, blocked) = (WsmqAddress.Work("short"), WsmqAddress.Work("long"), WsmqAddress.Work("blocked"));
        await FillAsync(store, few, Short, JobTerms.Default, cancellationToken);
        var before = await MemoryAsync(redis);
        await FillAsync(store, many, _long, JobTerms.Default, cancellationToken);
        var after = await MemoryAsync(redis);
        await FillAsync(store, blocked, Blocked, new JobTerms { Key = "one" }, cancellationToken);
        await store.Jobs.TakeAsync(blocked, Request, Rules, cancellationToken);
        await FillAsync(store, blocked, Short, JobTerms.Default, cancellationToken);

        WsmqAddress[] queues = [few, many, blocked];
        var micros = queues.Select(_ => new List<double>()).ToArray();
        for (var i = 0; i < _takes; i++)
        {
            for (var q = 0; q < queues.Length; q++)
                micros[q].Add(await OnceAsync(store, queues[q], cancellationToken));
        }

        return
        [
            .. micros.Select(m => Spread.Of(m.Skip(_takes / 10)).MedianText("F0")),
            redis is null ? "" : ((after - before) / (double)_long - SampleJobs.Bytes).ToString("F0", CultureInfo.InvariantCulture),
        ];
    }

    private static TakeRequest Request { get; } = new([new JobConsumer("worker", 1)]);

    // Keeps the number of waiting jobs.
    private async Task<double> OnceAsync(IStore store, WsmqAddress queue, CancellationToken cancellationToken)
    {
        await FillAsync(store, queue, 1, JobTerms.Default, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var taken = await store.Jobs.TakeAsync(queue, Request, Rules, cancellationToken);
        await store.Jobs.SettleAsync(queue, [new Settlement(taken.Jobs[0].Lease, SettlementKind.Complete)], Rules, cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private Task FillAsync(IStore store, WsmqAddress queue, int count, JobTerms terms, CancellationToken cancellationToken) =>
        _jobs.AddAsync(store, queue, count, terms, cancellationToken);

    private static async Task<long> MemoryAsync(ConnectionMultiplexer? redis) => redis is null ? 0
        : long.Parse((await redis.GetServers()[0].InfoAsync("memory")).SelectMany(g => g).Single(p => p.Key == "used_memory").Value, CultureInfo.InvariantCulture);
}
