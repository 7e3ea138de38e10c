using System.Diagnostics;
using System.Globalization;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Work;

/// <summary>A work queue under measurement: its Redis, its nodes if it has any, and the programs that send jobs and work on them.</summary>
internal sealed class WorkPeer : IAsyncDisposable
{
    public const string Wsmq = "wsmq";
    private const int Nodes = 2;

    // No job was completed for so long: the rest is lost.
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    // In this time a job that is worked on a second time shows.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);

    private readonly List<LoadProgram> _producers = [];
    private readonly List<LoadProgram> _workers = [];
    private readonly RedisServer _redis;
    private NodeProcess[] _nodes = [];

    private WorkPeer(string name, RedisServer redis) => (Name, _redis) = (name, redis);

    public string Name { get; }

    /// <summary>Starts wsmq, or a peer from npm.</summary>
    /// <param name="name">The name of the peer: of its program in the folder Peers.</param>
    /// <param name="load">The producers and workers.</param>
    public static async Task<WorkPeer> StartAsync(string name, WorkLoad load)
    {
        var peer = new WorkPeer(name, await RedisDeployment.StartServerAsync());
        try
        {
            var line = name == Wsmq ? await peer.StartNodesAsync() : await peer.InstallAsync();
            for (var i = 0; i < load.Processes; i++)
            {
                peer._workers.Add(await StartAsync("work", load.Workers, load.Concurrency));
                peer._producers.Add(await StartAsync("produce", load.Producers, load.Window));
            }

            return peer;

            Task<LoadProgram> StartAsync(string role, int many, int window) =>
                LoadProgram.StartAsync([.. line(role), DurableNode.Queue, Text(many / load.Processes), Text(window)]);
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends jobs, as fast as the producers may or at a steady rate, and waits until all are completed, or nothing moves.</summary>
    public async Task<WorkResult> RunAsync(int jobs, double? perSecond, CancellationToken cancellationToken)
    {
        var completedBefore = await CompletedInStoreAsync();
        var meter = new CpuMeter(
            [.. _nodes.Select(n => n.ProcessId)], [_redis.ProcessId!.Value], [.. _producers.Concat(_workers).Select(p => p.ProcessId)]);
        var before = meter.Read();
        var limit = StallLimit + TimeSpan.FromSeconds(jobs / (perSecond ?? 200));
        var started = await Task.WhenAll(_producers.Select(p => p.SendAsync(jobs / _producers.Count, perSecond / _producers.Count, limit)));
        await MovesAsync(jobs, () => Task.FromResult(_workers.Sum(w => w.Completed)), cancellationToken);
        if (_nodes.Length > 0)
            await MovesAsync(completedBefore + jobs, CompletedInStoreAsync, cancellationToken);
        var (confirmed, used) = (Clock.Micros, meter.Read() - before);
        await Task.Delay(Settle, cancellationToken);
        var done = await Task.WhenAll(_workers.Select(w => w.CollectAsync(AnswerLimit)));

        var begun = done.SelectMany(d => d.Jobs!).ToList();
        var distinct = begun.Select(j => (j[0], j[1])).Distinct().Count();
        var waits = begun.Select(j => j[2] / 1e3).Order().ToArray();
        return new WorkResult(
            (done.Max(d => d.Last ?? confirmed) - started.Min()) / 1e6, jobs, used, new Losses(jobs - distinct, begun.Count - distinct, 0),
            waits[waits.Length / 2], waits[waits.Length * 99 / 100]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _producers.Concat(_workers))
            await program.DisposeAsync();
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private async Task<Func<string, string[]>> StartNodesAsync()
    {
        _nodes = await NodeProcess.StartManyAsync(Nodes, NodeCommand.StartOf(NodeCommand.Wsmq, NodeCommand.RedisOption, _redis.EndPoint));
        var addresses = string.Join(',', _nodes.Select(n => n.Address));
        return role => NodeStart.LineOf(typeof(WorkPeer).Assembly, [LoadCommand.Name, role, addresses]);
    }

    private async Task<Func<string, string[]>> InstallAsync()
    {
        await PeerPrograms.InstallAsync();
        return role => ["node", PeerPrograms.PathOf($"{Name}.js"), role, Text(_redis.Port)];
    }

    // A handler of wsmq's client learns of no completion: it returns. What counts is that the store has it.
    private Task<long> CompletedInStoreAsync() => _nodes.Length == 0 ? Task.FromResult(0L) : DurableNode.CompletedAsync(_nodes[0].Address);

    private async Task MovesAsync(long target, Func<Task<long>> read, CancellationToken cancellationToken)
    {
        var (last, moved) = (-1L, Stopwatch.GetTimestamp());
        while (await read() is var count && count < target && Stopwatch.GetElapsedTime(moved) < StallLimit)
        {
            if (_workers.Concat(_producers).Any(p => p.HasExited))
                throw new RunFailedException($"A program of {Name} ended; see its output above for the reason.");
            if (count != last)
                (last, moved) = (count, Stopwatch.GetTimestamp());
            await Task.Delay(10, cancellationToken);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
