using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Wsmq.Benchmarks.Compare;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// All users of a node reconnect at the same time, each with a message that was sent meanwhile. Measured from the first connect: until
/// all connections are accepted, until all users have their message (wsmq only), and until Redis has as many subscriptions as before, so
/// that live pushes reach all users again. With Redis nearby, and once with a round trip of 10 ms, where stock needs minutes.
/// </summary>
internal sealed class ReconnectScale(CompareSettings settings)
{
    private const int Users = 5_000;
    private const int AtOnce = 512;
    private const int Window = 128;
    private const int WarmUps = 1;
    private const int Rounds = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan[] RoundTrips = [TimeSpan.Zero, TimeSpan.FromMilliseconds(10)];

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        OpenFiles.Require("reconnect", Users + 1000);
        var table = new MarkdownTable(
            "peer", "round trip to Redis, ms", "accepted, s", "all have their message, s", "all subscriptions, s",
            "lost, duplicated, reordered");
        foreach (var roundTrip in RoundTrips)
        {
            foreach (var peer in (Peer[])[Peer.Stock, settings.Wsmq])
                await MeasureAsync(peer, roundTrip, table, cancellationToken);
        }

        return table;
    }

    private static async Task MeasureAsync(Peer peer, TimeSpan roundTrip, MarkdownTable table, CancellationToken cancellationToken)
    {
        await using var redis = await RedisDeployment.StartServerAsync();
        await using var line = new TcpProxy(redis.Uri);
        line.Conditions.Latency = roundTrip / 2;
        var endPoint = roundTrip == TimeSpan.Zero ? redis.EndPoint : string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{line.Port}");
        var nodes = await NodeProcess.StartManyAsync(2, NodeCommand.StartOf(peer.Name, NodeCommand.RedisOption, endPoint));
        try
        {
            await using var counting = await ConnectionMultiplexer.ConnectAsync(redis.EndPoint + ",allowAdmin=true");
            var storms = new List<Storm>();
            var (warmUps, rounds) = roundTrip == TimeSpan.Zero ? (WarmUps, Rounds) : (0, 1);
            for (var number = 1 - warmUps; number <= rounds; number++)
            {
                var storm = await OnceAsync(peer, nodes, counting, cancellationToken);
                Progress.Say(
                    $"reconnect: {peer.Name}, {roundTrip.TotalMilliseconds:F0} ms, round {number}: accepted {storm.LetIn:F1} s, messages {storm.Messages:F1} s, subscriptions {storm.Subscriptions:F1} s");

                // The warm-up compiles code and does not count. With a long round trip there is none, because compiling matters little.
                if (number > 0)
                    storms.Add(storm);
            }

            var losses = storms.Aggregate(default(Losses), (sum, s) => sum + s.Losses);
            table.Add(
                peer.Name, roundTrip.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture), Text(storms, s => s.LetIn),
                peer.Acknowledges ? Text(storms, s => s.Messages) : "", Text(storms, s => s.Subscriptions),
                losses.Text);
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    private static async Task<Storm> OnceAsync(Peer peer, NodeProcess[] nodes, ConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        Uri[] home = [nodes[0].Address];
        var plan = new CrowdPlan(Users, Senders: peer.Acknowledges ? 1 : 0, Window) { ParallelConnects = AtOnce };
        long full;
        string name;
        await using (var before = Crowd.Create(peer, plan with { Senders = 0 }))
        {
            name = before.Name;
            await before.ConnectReceiversAsync(home, cancellationToken);
            full = await CalmAsync(redis, cancellationToken);
        }

        await CalmAsync(redis, cancellationToken);
        await using var crowd = Crowd.Create(peer, plan, name);
        if (peer.Acknowledges)
        {
            await crowd.ConnectSendersAsync([nodes[1].Address], cancellationToken);
            await crowd.Senders[0].StartAsync(Window, Users);
            await crowd.Failure.WaitUntilAsync(() => crowd.Senders[0].IsDone, cancellationToken);
        }

        var start = Stopwatch.GetTimestamp();
        var subscribing = SubscribedAsync(redis, full, start, cancellationToken);
        await crowd.ConnectReceiversAsync(home, cancellationToken);
        var letIn = Stopwatch.GetElapsedTime(start);
        await crowd.Failure.WaitUntilAsync(
            () => crowd.Received >= crowd.Expected || Stopwatch.GetElapsedTime(start) > Limit, cancellationToken);
        var messages = Stopwatch.GetElapsedTime(start);
        return new Storm(letIn.TotalSeconds, messages.TotalSeconds, (await subscribing).TotalSeconds, crowd.Losses);
    }

    private static async Task<TimeSpan> SubscribedAsync(ConnectionMultiplexer redis, long full, long start, CancellationToken cancellationToken)
    {
        while (await ChannelsAsync(redis) < full && Stopwatch.GetElapsedTime(start) < Limit)
            await Task.Delay(20, cancellationToken);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Waits until the number of channels is stable, and returns it.</summary>
    private static async Task<long> CalmAsync(ConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        var (channels, since) = (-1L, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < Calm)
        {
            var now = await ChannelsAsync(redis);
            if (now != channels)
                (channels, since) = (now, Stopwatch.GetTimestamp());
            await Task.Delay(50, cancellationToken);
        }

        return channels;
    }

    private static async Task<long> ChannelsAsync(ConnectionMultiplexer redis)
    {
        var stats = (await redis.GetServers()[0].InfoAsync("stats")).SelectMany(group => group);
        return stats.Where(s => s.Key is "pubsub_channels" or "pubsubshard_channels").Sum(s => long.Parse(s.Value, CultureInfo.InvariantCulture));
    }

    private static string Text(List<Storm> storms, Func<Storm, double> of) => Spread.Of(storms.Select(of)).Text("F1");

    private sealed record Storm(double LetIn, double Messages, double Subscriptions, Losses Losses);
}
