using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// What changes a whole queue, at Redis: how long it takes for many jobs, and how long a <c>GET</c> on another connection takes meanwhile.
/// </summary>
internal sealed class SweepScale(bool quick)
{
    private static readonly WsmqAddress Queue = WsmqAddress.Work("jobs");

    private readonly int _jobs = quick ? 100_000 : 1_000_000;
    private readonly SampleJobs _samples = new();
    private readonly MarkdownTable _table = new("step", "jobs", "s", "other commands meanwhile, ms: median", "p99", "maximum");

    private QueueRules Rules => new()
    {
        Lease = TimeSpan.FromMinutes(10).Micros(), MaxAttempts = 3, MaxLostLeases = 3, MinBackoff = 0, MaxBackoff = 0, MaxDeadLetters = 2 * _jobs,
        MaxDeadLetterBytes = 1L << 40, MaxDeadLetterAge = TimeSpan.FromDays(1).Micros(),
    };

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        await using var redis = await RedisDeployment.StartServerAsync();
        await using var store = new RedisStore(
            Options.Create(new WsmqOptions()), Options.Create(new WsmqRedisOptions { Configuration = redis.EndPoint }), NullLogger<RedisStore>.Instance);
        await using var other = await ConnectionMultiplexer.ConnectAsync(redis.EndPoint);
        await store.StartAsync(cancellationToken);
        var jobs = store.Jobs;

        // Their time to live has passed by the time that all are stored.
        await MeasureAsync("store", () => _samples.AddAsync(store, Queue, _jobs, new JobTerms { TimeToLive = 1 }, cancellationToken));
        await MeasureAsync("expire", () => RepeatAsync(async () => (await jobs.ReclaimAsync(Queue, Rules, cancellationToken)).More));
        await MeasureAsync("redrive", () => EachAsync(JobState.Dead, batch => jobs.RedriveAsync(Queue, batch, cancellationToken)));
        await MeasureAsync("expire again", () => RepeatAsync(async () => (await jobs.ReclaimAsync(Queue, Rules, cancellationToken)).More));
        await MeasureAsync("delete dead letters", () => EachAsync(JobState.Dead, RemoveAsync));
        await _samples.AddAsync(store, Queue, _jobs, JobTerms.Default, cancellationToken);
        await MeasureAsync("purge", () => EachAsync(JobState.Ready, RemoveAsync));
        return _table;

        Task RemoveAsync(WsmqPosition[] batch) => jobs.RemoveAsync(Queue, batch, evenLeased: false, Rules, cancellationToken);

        Task EachAsync(JobState state, Func<WsmqPosition[], Task> step) => RepeatAsync(async () =>
        {
            var some = await jobs.ListAsync(Queue, state, 0, IJobStore.MostInAStep, withContent: false, cancellationToken);
            await step([.. some.Select(j => j.Job)]);
            return some.Count > 0;
        });

        async Task MeasureAsync(string name, Func<Task> work)
        {
            Progress.Say($"queues: {name}");
            var (_, seconds, times) = await RedisProbe.DuringAsync(other, WorkAsync, cancellationToken);
            _table.Add([name, Text(_jobs, "F0"), Text(seconds, "F1"), .. RedisProbe.TextOf(times)]);

            async Task<bool> WorkAsync()
            {
                await work();
                return true;
            }
        }
    }

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private static async Task RepeatAsync(Func<Task<bool>> step)
    {
        while (await step())
        {
        }
    }
}
