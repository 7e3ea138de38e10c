using System.Diagnostics;
using System.Globalization;
using System.Text;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// What presence costs Redis, by its own counters, at two nodes: for each connect, while nothing happens, and for a wave of changes, and when
/// all watchers know. The same without presence, and with presence that nobody watches.
/// </summary>
internal sealed class PresenceScale(Peer wsmq, bool quick)
{
    private const int GroupSize = 50;
    private const int ChangedOfGroup = 5;
    private const int AtOnce = 256;
    private const int Joins = 8;
    private const string Watched = "watched";

    // What is done in the background belongs to it, such as reading a user's groups. The same time with and without presence, so that what nodes
    // do in any case is the same as well.
    private readonly TimeSpan _connect = TimeSpan.FromSeconds(quick ? 15 : 60);
    private readonly TimeSpan _idle = TimeSpan.FromSeconds(quick ? 10 : 30);
    private readonly TimeSpan _change = TimeSpan.FromSeconds(10);
    private readonly int _groups = quick ? 20 : 200;

    private int Users => _groups * GroupSize;

    private int Changes => _groups * ChangedOfGroup;

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        OpenFiles.Require("presence", Users + _groups + 1000);
        var table = new MarkdownTable(
            "presence", "counted", "script calls", "commands", "published", "bytes in", "bytes out", "until all watchers know, s", "commands by name");
        foreach (var presence in (string[])["off", "not watched", Watched])
            await MeasureAsync(table, presence, cancellationToken);
        return table;
    }

    private async Task MeasureAsync(MarkdownTable table, string presence, CancellationToken cancellationToken)
    {
        await using var redis = await RedisDeployment.StartAsync(shards: 0);
        string[] options = presence == "off" ? [] : [NodeCommand.PresenceOption];
        var nodes = await NodeProcess.StartManyAsync(2, NodeCommand.StartOf([wsmq.Name, NodeCommand.RedisOption, redis.EndPoints, .. options]));
        try
        {
            Uri[] addresses = [.. nodes.Select(n => n.Address)];
            await WarmUpAsync(addresses, cancellationToken);
            await using var crowd = Crowd.Create(wsmq, new CrowdPlan(Users, Senders: 0, Window: 1) { ParallelConnects = AtOnce });
            string[] groups = [.. Enumerable.Range(0, _groups).Select(g => string.Create(CultureInfo.InvariantCulture, $"g{g}"))];
            await Parallel.ForEachAsync(
                groups.Index(), new ParallelOptions { MaxDegreeOfParallelism = Joins, CancellationToken = cancellationToken },
                async (group, _) => await DurableNode.JoinAsync(addresses[0], group.Item, crowd.Name + "u", GroupSize, group.Index * GroupSize));

            var isWatched = presence == Watched;
            await using var watchers = new PresenceWatchers(isWatched ? groups : [], crowd.Failure);
            await watchers.WatchAsync(wsmq, addresses, cancellationToken);
            await crowd.Failure.WaitAsync(_change, cancellationToken);
            await CountAsync("a connect", Users, _connect, () => crowd.ConnectReceiversAsync(addresses, cancellationToken), GroupSize, away: 0);
            await CountAsync(
                $"a second with {Users} users, nothing happens", (int)_idle.TotalSeconds, _idle, act: null, GroupSize, away: 0);
            await CountAsync(
                $"{Changes} users go away, {_change.TotalSeconds} seconds", 1, _change, () => LeaveAsync(crowd), GroupSize - ChangedOfGroup, ChangedOfGroup);

            async Task CountAsync(string counted, int times, TimeSpan time, Func<Task>? act, int online, int away)
            {
                var (before, start) = (await RedisCounters.ReadAsync(redis), Stopwatch.GetTimestamp());
                if (act is not null)
                    await act();
                var acted = Stopwatch.GetElapsedTime(start);
                await watchers.KnowAsync(online, away, cancellationToken);
                var known = Stopwatch.GetElapsedTime(start);
                if (known < time)
                    await crowd.Failure.WaitAsync(time - known, cancellationToken);
                var counters = await RedisCounters.ReadAsync(redis) - before;
                Progress.Say($"presence: {presence}, {counted}: {acted.TotalSeconds:F1} s, known after {known.TotalSeconds:F1} s");
                table.Add(
                    presence, counted, Each(counters.Scripts), Each(counters.Commands), Each(counters.Published), Each(counters.BytesIn, "F0"),
                    Each(counters.BytesOut, "F0"), isWatched && act is not null ? known.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) : "",
                    counters.Detail(times));

                string Each(long count, string format = "F2") => ((double)count / times).ToString(format, CultureInfo.InvariantCulture);
            }
        }
        finally
        {
            await Task.WhenAll(nodes.Select(n => n.DisposeAsync().AsTask()));
        }
    }

    // Redis does not know the scripts before their first calls, and gets their texts.
    private async Task WarmUpAsync(Uri[] nodes, CancellationToken cancellationToken)
    {
        await using var crowd = Crowd.Create(wsmq, new CrowdPlan(GroupSize, Senders: 0, Window: 1));
        await DurableNode.JoinAsync(nodes[0], "warm", crowd.Name + "u", GroupSize);
        await crowd.ConnectReceiversAsync(nodes, cancellationToken);
        await crowd.Failure.WaitAsync(_change, cancellationToken);
    }

    // No answer is asked for: that it has worked shows at the watchers. Without presence all of it is refused.
    private static Task LeaveAsync(Crowd crowd)
    {
        var frame = Encoding.UTF8.GetBytes("{\"type\":1,\"target\":\"SetPresence\",\"arguments\":[true,null]}\u001e");
        return Parallel.ForEachAsync(
            crowd.Receivers.Index().Where(r => r.Index % GroupSize < ChangedOfGroup), async (r, _) => await r.Item.Connection.SendAsync(frame));
    }
}
