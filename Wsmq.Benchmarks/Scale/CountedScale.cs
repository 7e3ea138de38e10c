using System.Diagnostics;
using System.Globalization;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// What a directed message costs Redis as the deployment grows, by the counters of Redis itself. How many messages share a script call, and
/// so its commands, depends on timing.
/// </summary>
internal sealed class CountedScale(Peer wsmq)
{
    private const int Messages = 20_000;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    // First the same load on more nodes, then a load that grows with the nodes.
    private static readonly (int Nodes, int Senders, int Shards)[] Deployments =
        [(1, 20, 0), (2, 20, 0), (4, 20, 0), (1, 10, 0), (4, 40, 0), (2, 20, 1), (2, 20, 3)];

    // wsmq only: with fewer buckets batches are larger.
    private static readonly int[] FewerBuckets = [64, 24, 12, 6];

    private static readonly CrowdPlan Plan = new(Users: 200, Senders: 20, Window: 32) { TimedAcks = true };

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        var table = new MarkdownTable(
            "peer", "nodes", "senders", "Redis", "script calls", "commands", "published", "bytes in", "bytes out", "commands by name");
        foreach (var peer in new[] { Peer.Stock, wsmq })
        {
            foreach (var (nodes, senders, shards) in Deployments)
                await AddAsync(table, peer, nodes, senders, shards, buckets: null, cancellationToken);
        }

        foreach (var buckets in FewerBuckets)
            await AddAsync(table, wsmq, nodeCount: 2, senders: 20, shards: 3, buckets, cancellationToken);

        return table;
    }

    private static async Task AddAsync(
        MarkdownTable table, Peer peer, int nodeCount, int senders, int shards, int? buckets, CancellationToken cancellationToken)
    {
        await using var redis = await RedisDeployment.StartAsync(shards);
        var nodes = await NodeProcess.StartManyAsync(nodeCount, NodeCommand.StartOf(
            [peer.Name, NodeCommand.RedisOption, redis.EndPoints, .. buckets is { } count ? new[] { NodeCommand.BucketsOption, Text(count) } : []]));
        try
        {
            await using var crowd = await Crowd.OpenAsync(peer, [.. nodes.Select(n => n.Address)], Plan with { Senders = senders }, cancellationToken);

            // The first round loads scripts and code, and creates every log.
            await SendAsync(crowd, Messages / 10, cancellationToken);
            var before = await RedisCounters.ReadAsync(redis);
            await SendAsync(crowd, Messages, cancellationToken);
            var counted = await RedisCounters.ReadAsync(redis) - before;
            var name = shards == 0 ? "single" : $"Cluster of {Text(shards)}" + (buckets is { } few ? $", {Text(few)} buckets" : "");
            Progress.Say($"counted: {peer.Name}, {nodeCount} nodes, {name}");
            table.Add(
                peer.Name, Text(nodeCount), Text(senders), name, Each(counted.Scripts), Each(counted.Commands),
                Each(counted.Published), Each(counted.BytesIn, "F0"), Each(counted.BytesOut, "F0"), counted.Detail(Messages));
        }
        finally
        {
            await Task.WhenAll(nodes.Select(n => n.DisposeAsync().AsTask()));
        }
    }

    private static async Task SendAsync(Crowd crowd, int messages, CancellationToken cancellationToken)
    {
        foreach (var sender in crowd.Senders)
            await sender.StartAsync(crowd.Plan.Window, messages / crowd.Senders.Count);
        var since = Stopwatch.GetTimestamp();
        await crowd.Failure.WaitUntilAsync(
            () => crowd.Senders.All(s => s.IsDone) && crowd.Received == crowd.Expected || Stopwatch.GetElapsedTime(since).TotalSeconds > 60, cancellationToken);
        if (crowd.Received != crowd.Expected)
            throw new RunFailedException($"{crowd.Peer.Name} delivered {crowd.Received} of {crowd.Expected} messages.");

        // Receivers acknowledge the rest at the end, and these acks must reach Redis.
        foreach (var receiver in crowd.Receivers)
            await receiver.FlushAsync();
        await crowd.Failure.WaitAsync(Settle, cancellationToken);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Each(long count, string format = "F2") => ((double)count / Messages).ToString(format, CultureInfo.InvariantCulture);
}
