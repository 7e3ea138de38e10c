using System.Globalization;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Compare;

/// <summary>
/// The effect of a client that sends as fast as it can, and is rate-limited, on the latency of the other clients of its node: the same
/// paced load without and with it, alternately.
/// </summary>
internal sealed class FloodScenario(Rig rig, CompareSettings settings, Report report)
{
    private const string Name = "flood";
    private const int PacedPerSecond = 500;
    private const int LimitPerSecond = 1_000;

    private static readonly CrowdPlan Plan = new(Users: 100, Senders: 10, Window: 32);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var node = await rig.FreshNodeAsync(
            settings.Wsmq, NodeCommand.SendsPerSecondOption, LimitPerSecond.ToString(CultureInfo.InvariantCulture));
        await using var crowd = await Crowd.OpenAsync(settings.Wsmq, [node.Address], Plan, cancellationToken);
        var round = new Round(crowd, new CpuMeter([node.ProcessId], []), PacedPerSecond);
        Progress.Say($"{Name}: warming up");
        await round.RunAsync(settings.WarmUp, cancellationToken);
        await FloodedAsync(round, node, settings.WarmUp, number: 0, cancellationToken);

        var (quiet, flooded) = (new List<RoundResult>(), new List<RoundResult>());
        for (var number = 1; number <= settings.SideRounds; number++)
        {
            quiet.Add(await round.RunAsync(settings.Measure, cancellationToken));
            flooded.Add(await FloodedAsync(round, node, settings.Measure, number, cancellationToken));
            Progress.Say($"{Name}: round {number}, p99 {quiet[^1].LatencyNinetyNine:F2} ms without, {flooded[^1].LatencyNinetyNine:F2} ms with");
        }

        Add("p50", quiet, flooded, r => r.LatencyHalf, crowd.Losses);
        Add("p99", quiet, flooded, r => r.LatencyNinetyNine, default);
    }

    private async Task<RoundResult> FloodedAsync(Round round, NodeProcess node, TimeSpan time, int number, CancellationToken cancellationToken)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        await using var flooder = new Flooder(settings.Wsmq, node.Address, string.Create(CultureInfo.InvariantCulture, $"flooder{number}"), http);
        await flooder.StartAsync(cancellationToken);
        var result = await round.RunAsync(time, cancellationToken);
        Progress.Say($"{Name}: the flooder sent {flooder.Sent}, {flooder.Answered} were answered, of these {flooder.Refused} with an error");
        return result;
    }

    private void Add(string figure, List<RoundResult> quiet, List<RoundResult> flooded, Func<RoundResult, double> of, Losses losses)
    {
        var ratio = Spread.Of(quiet.Zip(flooded, (without, with) => of(with) / of(without)));
        report.Add(new ReportRow($"{Name} {figure}, without", "wsmq", Spread.Of(quiet.Select(of)), "ms", "F2") { Cpu = LoadScenarios.CpuOf(quiet) });
        report.Add(new ReportRow($"{Name} {figure}, with", "wsmq", Spread.Of(flooded.Select(of)), "ms", "F2")
        {
            Ratio = ratio,
            Cpu = LoadScenarios.CpuOf(flooded),
            Losses = losses,
        });
        report.Set($"{Name}_{figure}", ratio.Median);
    }
}
