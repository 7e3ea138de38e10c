using System.Diagnostics;
using System.Globalization;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Work;

/// <summary>A work queue under measurement: its Redis, its nodes if it has any, and the programs that send jobs and work on them.</summary>
internal sealed class WorkPeer : IAsyncDisposable
{
    public const string Queue = "jobs";

    // No job was completed for so long: the rest is lost.
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    // In this time a job that is worked on a second time shows.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);

    private readonly List<LoadProgram> _producers = [];
    private readonly List<LoadProgram> _workers = [];
    private readonly RedisServer _redis;

    private WorkPeer(string name, RedisServer redis) => (Name, _redis) = (name, redis);

    public string Name { get; }

    /// <summary>Starts a peer from npm.</summary>
    /// <param name="name">The name of its program in the folder Peers.</param>
    /// <param name="load">The producers and workers.</param>
    public static async Task<WorkPeer> StartAsync(string name, WorkLoad load)
    {
        await PeerPrograms.InstallAsync();
        var peer = new WorkPeer(name, await RedisDeployment.StartServerAsync());
        try
        {
            for (var i = 0; i < load.Processes; i++)
            {
                peer._workers.Add(await ProgramAsync("work", load.Workers, load.Concurrency));
                peer._producers.Add(await ProgramAsync("produce", load.Producers, load.Window));
            }

            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }

        Task<LoadProgram> ProgramAsync(string role, int many, int window) => LoadProgram.StartAsync(
            "node", PeerPrograms.PathOf($"{name}.js"), role, Text(peer._redis.Port), Queue, Text(many / load.Processes), Text(window));
    }

    /// <summary>Sends jobs, as fast as the producers may or at a steady rate, and waits until all are completed, or nothing moves.</summary>
    public async Task<WorkResult> RunAsync(int jobs, double? perSecond, CancellationToken cancellationToken)
    {
        var meter = new CpuMeter([], [_redis.ProcessId!.Value], [.. _producers.Concat(_workers).Select(p => p.ProcessId)]);
        var before = meter.Read();
        var limit = StallLimit + TimeSpan.FromSeconds(jobs / (perSecond ?? 200));
        var started = await Task.WhenAll(_producers.Select(p => p.SendAsync(jobs / _producers.Count, perSecond / _producers.Count, limit)));
        await CompletedAsync(jobs, cancellationToken);
        var used = meter.Read() - before;
        await Task.Delay(Settle, cancellationToken);
        var done = await Task.WhenAll(_workers.Select(w => w.CollectAsync(AnswerLimit)));

        var begun = done.SelectMany(d => d.Jobs!).ToList();
        var distinct = begun.Select(j => (j[0], j[1])).Distinct().Count();
        var waits = begun.Select(j => j[2] / 1e3).Order().ToArray();
        return new WorkResult(
            (done.Max(d => d.Last!.Value) - started.Min()) / 1e6, jobs, used, new Losses(jobs - distinct, begun.Count - distinct, 0),
            waits[waits.Length / 2], waits[waits.Length * 99 / 100]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _producers.Concat(_workers))
            await program.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private async Task CompletedAsync(int jobs, CancellationToken cancellationToken)
    {
        var (last, moved) = (-1L, Stopwatch.GetTimestamp());
        while (_workers.Sum(w => w.Completed) is var completed && completed < jobs && Stopwatch.GetElapsedTime(moved) < StallLimit)
        {
            if (_workers.Concat(_producers).Any(p => p.HasExited))
                throw new RunFailedException($"A program of {Name} ended; see its output above for the reason.");
            if (completed != last)
                (last, moved) = (completed, Stopwatch.GetTimestamp());
            await Task.Delay(10, cancellationToken);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
