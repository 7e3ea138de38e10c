using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Wsmq.Benchmarks.Compare;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// How long a node with many users receives no signals after its subscriptions were cut. Measures messages to some of them, sent through
/// the other node, until all have arrived: undisturbed, and from the moment at which Redis cuts every pub/sub connection.
/// </summary>
internal sealed class ResubscribeScale(Rig rig, CompareSettings settings)
{
    private const int Users = 18_000;
    private const int Messages = 600;
    private const int Window = 128;
    private const int Rounds = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        OpenFiles.Require("resubscribe", Users + 1000);
        var nodes = await rig.NodesAsync(settings.Wsmq);
        await using var crowd = Crowd.Create(settings.Wsmq, new CrowdPlan(Users, Senders: 1, Window));
        await crowd.ConnectReceiversAsync([nodes[0].Address], cancellationToken);
        await crowd.ConnectSendersAsync([nodes[1].Address], cancellationToken);
        for (var warmUp = 0; warmUp < Users / Messages; warmUp++)
            await OnceAsync(crowd, cut: false, cancellationToken);

        var (undisturbed, after) = (new List<double>(), new List<double>());
        for (var number = 1; number <= Rounds; number++)
        {
            undisturbed.Add(await OnceAsync(crowd, cut: false, cancellationToken));
            after.Add(await OnceAsync(crowd, cut: true, cancellationToken));
            Progress.Say($"resubscribe: round {number}, {undisturbed[^1]:F0} ms undisturbed, {after[^1]:F0} ms after the cut");
        }

        var table = new MarkdownTable(
            "users of the node", "600 messages, ms", "600 messages from the cut on, ms", "lost, duplicated, reordered");
        table.Add(
            Users.ToString(CultureInfo.InvariantCulture), Spread.Of(undisturbed).Text("F0"), Spread.Of(after).Text("F0"), crowd.Losses.Text);
        return table;
    }

    private async Task<double> OnceAsync(Crowd crowd, bool cut, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync((await rig.RedisAsync(settings.Wsmq)).EndPoint + ",allowAdmin=true");
        var start = Stopwatch.GetTimestamp();
        if (cut)
            await redis.GetServers()[0].ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await crowd.Senders[0].StartAsync(Window, Messages);
        await crowd.Failure.WaitUntilAsync(
            () => crowd.Senders[0].IsDone && crowd.Received == crowd.Expected || Stopwatch.GetElapsedTime(start) > Limit, cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
