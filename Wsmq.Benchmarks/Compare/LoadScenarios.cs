using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Compare;

/// <summary>The scenarios in which both peers carry the same load, alternately.</summary>
internal sealed class LoadScenarios(Rig rig, CompareSettings settings, Report report)
{
    private const int Users = 200;
    private const int Senders = 20;
    private const int Members = 1000;
    private const int GroupSenders = 4;
    private const int Window = 32;
    private const int DeepWindow = 128;
    private const int PacedPerSecond = 2000;
    private const int AwayPercent = 30;

    private readonly Alternation _alternation = new(rig, settings);

    public static CrowdPlan Directed { get; } = new(Users, Senders, Window);

    public static CrowdPlan DirectedDeep { get; } = Directed with { Window = DeepWindow };

    public static CrowdPlan FanOut { get; } = new(Members, GroupSenders, Window, Group: true);

    public async Task DirectedAsync(CancellationToken cancellationToken)
    {
        var rounds = await ThroughputAsync("directed", "directed", settings.AllPeers, Directed, cancellationToken);
        report.Set("redis_us", Spread.Of(rounds.Wsmq.Results.Select(r => r.Cpu.Redis * 1e6 / r.Deliveries)).Median);
    }

    public Task DirectedDeepAsync(CancellationToken cancellationToken) =>
        ThroughputAsync("directed-deep", "directed_deep", settings.AllPeers, DirectedDeep, cancellationToken);

    public Task AwayAsync(CancellationToken cancellationToken) =>
        ThroughputAsync("away", "away", Directed with { AwayPercent = AwayPercent }, cancellationToken);

    /// <summary>Directed messages with bodies of this size.</summary>
    public async Task BodiesAsync(string name, int bytes, CancellationToken cancellationToken) =>
        Add(name, await BodiesOf(rig, settings, name, bytes, cancellationToken), r => r.PerSecond, "/s", "F0", FigureOf(name));

    /// <summary>A group with so many members.</summary>
    public Task FanOutAsync(string name, int members, CancellationToken cancellationToken) =>
        ThroughputAsync(name, FigureOf(name), FanOut with { Users = members }, cancellationToken);

    public Task FanOutAsync(CancellationToken cancellationToken) => FanOutAsync("fanout", Members, cancellationToken);

    public async Task LatencyAsync(CancellationToken cancellationToken)
    {
        const string Name = "latency";
        var rounds = await _alternation.RunAsync(Name, Directed, PacedPerSecond, cancellationToken);
        Add(Name + " p50", rounds, r => r.LatencyHalf, "ms", "F2", "latency_p50");
        var withoutLosses = new Rounds([.. rounds.Peers.Select(p => p with { Losses = default })]);
        Add(Name + " p99", withoutLosses, r => r.LatencyNinetyNine, "ms", "F2", "latency_p99");
    }

    /// <summary>Measures directed messages with bodies of this size.</summary>
    public static Task<Rounds> BodiesOf(Rig rig, CompareSettings settings, string name, int bytes, CancellationToken cancellationToken) =>
        new Alternation(rig, settings.For(bytes)).RunAsync(name, Directed with { BodyBytes = bytes }, messagesPerSecond: null, cancellationToken);

    private static string FigureOf(string scenario) => scenario.Replace('-', '_');

    private Task<Rounds> ThroughputAsync(string name, string figure, CrowdPlan plan, CancellationToken cancellationToken) =>
        ThroughputAsync(name, figure, [Peer.Stock, settings.Wsmq], plan, cancellationToken);

    private async Task<Rounds> ThroughputAsync(
        string name, string figure, IReadOnlyList<Peer> peers, CrowdPlan plan, CancellationToken cancellationToken)
    {
        var rounds = await _alternation.RunAsync(name, peers, plan, messagesPerSecond: null, cancellationToken);
        Add(name, rounds, r => r.PerSecond, "/s", "F0", figure);
        return rounds;
    }

    private void Add(string name, Rounds rounds, Func<RoundResult, double> value, string unit, string format, string figure)
    {
        foreach (var peer in rounds.Peers)
        {
            Spread? ratio = peer == rounds.Stock ? null : rounds.Ratio(peer, value);
            report.Add(new ReportRow(name, peer.Peer.Label, Spread.Of(peer.Results.Select(value)), unit, format)
            {
                Ratio = ratio, Cpu = CpuOf(peer.Results), Losses = peer.Losses,
            });
            if (ratio is { } spread)
                report.Set(peer.Peer == Peer.Plain ? figure + "_plain" : figure, spread.Median);
        }
    }

    public static CpuSeconds CpuOf(IReadOnlyList<RoundResult> results) => new(
        Spread.Of(results.Select(r => r.CpuPer100000.Nodes)).Median,
        Spread.Of(results.Select(r => r.CpuPer100000.Redis)).Median,
        Spread.Of(results.Select(r => r.CpuPer100000.Generator)).Median);
}
