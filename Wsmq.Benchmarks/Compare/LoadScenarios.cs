using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Compare;

/// <summary>The scenarios in which both peers carry the same load, alternately.</summary>
internal sealed class LoadScenarios(Alternation alternation, Report report)
{
    private const int Users = 200;
    private const int Senders = 20;
    private const int Members = 1000;
    private const int GroupSenders = 4;
    private const int Window = 32;
    private const int DeepWindow = 128;
    private const int PacedPerSecond = 2000;

    public static CrowdPlan Directed { get; } = new(Users, Senders, Window);

    public static CrowdPlan DirectedDeep { get; } = Directed with { Window = DeepWindow };

    public static CrowdPlan FanOut { get; } = new(Members, GroupSenders, Window, Group: true);

    public async Task DirectedAsync(CancellationToken cancellationToken)
    {
        var rounds = await ThroughputAsync("directed", "directed", Directed, cancellationToken);
        report.Set("redis_us", Spread.Of(rounds.Wsmq.Select(r => r.Cpu.Redis * 1e6 / r.Deliveries)).Median);
    }

    public Task DirectedDeepAsync(CancellationToken cancellationToken) =>
        ThroughputAsync("directed-deep", "directed_deep", DirectedDeep, cancellationToken);

    public Task FanOutAsync(CancellationToken cancellationToken) =>
        ThroughputAsync("fanout", "fanout", FanOut, cancellationToken);

    public async Task LatencyAsync(CancellationToken cancellationToken)
    {
        const string Name = "latency";
        var rounds = await alternation.RunAsync(Name, Directed, PacedPerSecond, cancellationToken);
        Add(Name + " p50", rounds, r => r.LatencyHalf, "ms", "F2", "latency_p50");
        Add(Name + " p99", rounds with { StockLosses = default, WsmqLosses = default }, r => r.LatencyNinetyNine, "ms", "F2", "latency_p99");
    }

    private async Task<Rounds> ThroughputAsync(string name, string figure, CrowdPlan plan, CancellationToken cancellationToken)
    {
        var rounds = await alternation.RunAsync(name, plan, messagesPerSecond: null, cancellationToken);
        Add(name, rounds, r => r.PerSecond, "/s", "F0", figure);
        return rounds;
    }

    private void Add(string name, Rounds rounds, Func<RoundResult, double> value, string unit, string format, string figure)
    {
        var ratio = rounds.Ratio(value);
        report.Add(Row("stock", rounds.Stock, rounds.StockLosses));
        report.Add(Row("wsmq", rounds.Wsmq, rounds.WsmqLosses) with { Ratio = ratio });
        report.Set(figure, ratio.Median);

        ReportRow Row(string peer, IReadOnlyList<RoundResult> results, Losses losses) =>
            new(name, peer, Spread.Of(results.Select(value)), unit, format) { Cpu = CpuOf(results), Losses = losses };
    }

    public static CpuSeconds CpuOf(IReadOnlyList<RoundResult> results) => new(
        Spread.Of(results.Select(r => r.CpuPer100000.Nodes)).Median,
        Spread.Of(results.Select(r => r.CpuPer100000.Redis)).Median,
        Spread.Of(results.Select(r => r.CpuPer100000.Generator)).Median);
}
