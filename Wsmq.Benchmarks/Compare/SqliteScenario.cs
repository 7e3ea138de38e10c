using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Compare;

/// <summary>The embedded store: one node, directed messages, both durability settings.</summary>
internal sealed class SqliteScenario(CompareSettings settings, Report report)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var durability in Enum.GetValues<WsmqSqliteDurability>())
        {
            using var folder = new TempFolder();
            await using var node = await NodeProcess.StartAsync(NodeCommand.StartOf(
                NodeCommand.Wsmq, NodeCommand.SqliteOption, folder.File("wsmq.db"), NodeCommand.DurabilityOption, durability.ToString()));
            await RunAsync(durability, LoadScenarios.Directed, node, settings.FirstWarmUp, cancellationToken);
            await RunAsync(durability, LoadScenarios.DirectedDeep, node, settings.WarmUp, cancellationToken);
        }
    }

    private async Task RunAsync(WsmqSqliteDurability durability, CrowdPlan plan, NodeProcess node, TimeSpan warmUp, CancellationToken cancellationToken)
    {
        var name = $"sqlite {durability}, window {plan.Window}";
        await using var crowd = await Crowd.OpenAsync(settings.Wsmq, [node.Address], plan, cancellationToken);
        var round = new Round(crowd, new CpuMeter([node.ProcessId], []));
        Progress.Say($"{name}: warming up");
        await round.RunAsync(warmUp, cancellationToken);
        var results = new List<RoundResult>();
        for (var number = 1; number <= settings.SideRounds; number++)
        {
            results.Add(await round.RunAsync(settings.Measure, cancellationToken));
            Progress.Say($"{name}: round {number} of {settings.SideRounds}, {results[^1].PerSecond:F0}/s");
        }

        report.Add(new ReportRow(name, "wsmq", Spread.Of(results.Select(r => r.PerSecond)), "/s", "F0")
        {
            Cpu = LoadScenarios.CpuOf(results),
            Losses = crowd.Losses,
        });
    }
}
