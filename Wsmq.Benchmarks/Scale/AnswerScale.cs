using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Wsmq.Benchmarks.Compare;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// What a question to all nodes costs, by the connections of a node: the answers inside of the node, and the whole question asked on
/// another node, over Redis.
/// </summary>
internal sealed class AnswerScale(CompareSettings settings)
{
    private const int Questions = 15;
    private static readonly int[] Sizes = [100, 1_000, 10_000];

    // Longer than an answer is used again.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(700);

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        OpenFiles.Require("answers", Sizes[^1] + 1000);
        var table = new MarkdownTable(
            "connections", "describing the node, µs", "finding a user, µs", "bytes of the two answers", "asked on another node, ms: median",
            "maximum");
        await using var redis = await RedisDeployment.StartServerAsync();
        var nodes = await NodeProcess.StartManyAsync(2, NodeCommand.StartOf(NodeCommand.Wsmq, NodeCommand.RedisOption, redis.EndPoint));
        try
        {
            foreach (var size in Sizes)
            {
                await using var crowd = await Crowd.OpenAsync(
                    settings.Wsmq, [nodes[0].Address], new CrowdPlan(size, Senders: 0, Window: 0), cancellationToken);
                var costs = await DurableNode.CostsAsync(nodes[0].Address);
                var times = await AskAsync(nodes[1].Address, cancellationToken);
                Progress.Say($"answers: {size} connections, {costs[0]:F0} µs, asked {times[times.Length / 2]:F1} ms");
                table.Add(
                    Text(size, "N0"), Text(costs[0], "F0"), Text(costs[1], "F0"), $"{Text(costs[2], "F0")}, {Text(costs[3], "F0")}",
                    Text(times[times.Length / 2], "F1"), Text(times[^1], "F1"));
            }
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }

        return table;
    }

    private static async Task<double[]> AskAsync(Uri node, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var times = new List<double>();
        for (var i = 0; i <= Questions; i++)
        {
            await Task.Delay(Pause, cancellationToken);
            var start = Stopwatch.GetTimestamp();
            var answered = await http.GetFromJsonAsync<int>(new Uri(node, DurableNode.NodesPath), cancellationToken);
            if (answered != 2)
                throw new RunFailedException($"{answered} nodes have answered.");

            // The first question compiles code.
            if (i > 0)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return [.. times.Order()];
    }

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
