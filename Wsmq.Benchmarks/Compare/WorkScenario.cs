using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Work;

namespace Wsmq.Benchmarks.Compare;

/// <summary>
/// Work queues: jobs that do nothing, sent as fast as their producers may, and then at a steady rate. The peers are work queues on Redis from
/// npm, in turns.
/// </summary>
internal sealed class WorkScenario(CompareSettings settings, Report report)
{
    private const string Name = "work";
    private const string Paced = Name + " p50";
    private const int PacedPerSecond = 500;
    private static readonly string[] Peers = ["bullmq", "rsmq", WorkPeer.Wsmq];
    private static readonly WorkLoad Load = new(Producers: 20, Window: 32, Workers: 20, Concurrency: 8, Processes: 2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var peers = new List<WorkPeer>();
        try
        {
            foreach (var name in Peers)
                peers.Add(await WorkPeer.StartAsync(name, Load));
            foreach (var peer in peers)
            {
                Progress.Say($"{Name}: warming up {peer.Name}");
                await peer.RunAsync(settings.WarmUpJobs, perSecond: null, cancellationToken);
            }

            var fast = await RoundsAsync(peers, settings.Jobs, perSecond: null, cancellationToken);
            var paced = await RoundsAsync(peers, (int)(PacedPerSecond * settings.Measure.TotalSeconds), PacedPerSecond, cancellationToken);
            Add(Name, fast, r => r.PerSecond, "/s", "F0", "work");
            Add($"{Name}, Redis", fast, r => r.RedisMicrosPerJob, "µs/job", "F1", "work_redis");
            Add(Paced, paced, r => r.StartHalf, "ms", "F2", "work_p50");
            Add($"{Name} p99", paced, r => r.StartNinetyNine, "ms", "F2", "work_p99");
            report.Set("work_p50_ms", Spread.Of(paced[WorkPeer.Wsmq].Select(r => r.StartHalf)).Median);
        }
        finally
        {
            foreach (var peer in peers)
                await peer.DisposeAsync();
        }
    }

    private async Task<Dictionary<string, List<WorkResult>>> RoundsAsync(
        List<WorkPeer> peers, int jobs, double? perSecond, CancellationToken cancellationToken)
    {
        var results = peers.ToDictionary(p => p.Name, _ => new List<WorkResult>());
        for (var number = 1; number <= settings.Rounds; number++)
        {
            foreach (var peer in peers)
            {
                var result = await peer.RunAsync(jobs, perSecond, cancellationToken);
                results[peer.Name].Add(result);
                if (perSecond is null)
                    Progress.Say($"{Name}: round {number} of {settings.Rounds}, {peer.Name,-6} {result.PerSecond:F0}/s, Redis {result.RedisMicrosPerJob:F1} µs a job, {result.Losses.Text}");
                else
                    Progress.Say($"{Name}: round {number} of {settings.Rounds}, {peer.Name,-6} p50 {result.StartHalf:F2} ms, p99 {result.StartNinetyNine:F2} ms, {result.Losses.Text}");
            }
        }

        return results;
    }

    // Wsmq's figure as a multiple of the better one of the others in the same round: the higher rate, the lower cost and the shorter time.
    private void Add(
        string name, Dictionary<string, List<WorkResult>> results, Func<WorkResult, double> value, string unit, string format, string figure)
    {
        var ratio = Spread.Of(Enumerable.Range(0, settings.Rounds).Select(round =>
        {
            var others = Peers.Where(p => p != WorkPeer.Wsmq).Select(p => value(results[p][round]));
            return value(results[WorkPeer.Wsmq][round]) / (figure == "work" ? others.Max() : others.Min());
        }));
        report.Set(figure, ratio.Median);
        foreach (var (peer, rounds) in results)
        {
            report.Add(new ReportRow(name, peer, Spread.Of(rounds.Select(value)), unit, format)
            {
                Ratio = peer == WorkPeer.Wsmq ? ratio : null,
                Cpu = new CpuSeconds(
                    Spread.Of(rounds.Select(r => r.CpuPer100000.Nodes)).Median, Spread.Of(rounds.Select(r => r.CpuPer100000.Redis)).Median,
                    Spread.Of(rounds.Select(r => r.CpuPer100000.Generator)).Median),
                Losses = name is Name or Paced ? rounds.Aggregate(default(Losses), (sum, r) => sum + r.Losses) : default,
            });
        }
    }
}
