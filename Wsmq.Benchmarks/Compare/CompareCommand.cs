using System.CommandLine;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Compare;

/// <summary><c>compare</c>: compares wsmq with the stock backplane at its best setting.</summary>
internal static class CompareCommand
{
    private static readonly string[] All =
    [
        "directed", "directed-deep", "away", "bodies-4k", "bodies-64k", "fanout-10", "fanout-100", "fanout", "latency", "catchup", "flood",
        "acks", "acks-spread", "acks-floor", "offline", "offline-group", "trim", "http", "http-floor", "idle", "sqlite", "work",
    ];

    public static Command Create()
    {
        var scenarios = new CommaListOption("--scenario", "The scenarios", All);
        var rounds = new Option<int?>("--rounds") { Description = "The number of rounds of each peer. Default: 5, or 2 with --quick." };
        rounds.Validators.Add(result =>
        {
            if (result.GetValue(rounds) < 1)
                result.AddError("--rounds must be at least 1.");
        });
        var quick = new Option<bool>("--quick") { Description = "Short rounds: all scenarios within 5 minutes." };
        var publish = new Option<PublishWay?>("--publish")
        {
            Description = "How wsmq's senders send: over one stream, or one invocation per message. Default: the stream, and in directed both.",
        };
        var writes = new Option<InvocationWrites>("--writes")
        {
            Description = "How invocations are written: together, like SignalR's .NET client, or one by one, like its JavaScript client.",
        };
        var command = new Command("compare", "Compares wsmq with the stock SignalR backplane, alternately, on this machine.")
        {
            scenarios, rounds, quick, publish, writes,
        };
        command.SetAction((result, cancellationToken) =>
        {
            var way = result.GetValue(publish);
            var settings = result.GetValue(quick)
                ? CompareSettings.Quick(result.GetValue(rounds), way)
                : CompareSettings.Full(result.GetValue(rounds), way);
            return RunAsync(result.GetRequiredValue(scenarios), settings with { Writes = result.GetValue(writes) }, result.InvocationConfiguration.Output, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(string[] scenarios, CompareSettings settings, TextWriter output, CancellationToken cancellationToken)
    {
        var report = new Report();
        await using (var rig = new Rig())
        {
            var load = new LoadScenarios(rig, settings, report);
            foreach (var scenario in All.Where(scenarios.Contains))
            {
                Progress.Say($"{scenario}");
                await (scenario switch
                {
                    "directed" => load.DirectedAsync(cancellationToken),
                    "directed-deep" => load.DirectedDeepAsync(cancellationToken),
                    "away" => load.AwayAsync(cancellationToken),
                    "bodies-4k" => load.BodiesAsync(scenario, 4 * 1024, cancellationToken),
                    "bodies-64k" => load.BodiesAsync(scenario, 64 * 1024, cancellationToken),
                    "fanout-10" => load.FanOutAsync(scenario, 10, cancellationToken),
                    "fanout-100" => load.FanOutAsync(scenario, 100, cancellationToken),
                    "fanout" => load.FanOutAsync(cancellationToken),
                    "latency" => load.LatencyAsync(cancellationToken),
                    "catchup" => new CatchUpScenario(rig, settings, report).RunAsync(cancellationToken),
                    "flood" => new FloodScenario(rig, settings, report).FloodAsync(cancellationToken),
                    "acks" => new FloodScenario(rig, settings, report).AcksAsync(scenario, AckWay.AtOnce, cancellationToken),
                    "acks-spread" => new FloodScenario(rig, settings, report).AcksAsync(scenario, AckWay.Spread, cancellationToken),
                    "acks-floor" => new FloodScenario(rig, settings, report).AcksAsync(scenario, AckWay.Floor, cancellationToken),
                    "offline" => new FloodScenario(rig, settings, report).OfflineAsync(cancellationToken),
                    "offline-group" => new FloodScenario(rig, settings, report).OfflineGroupAsync(cancellationToken),
                    "trim" => new FloodScenario(rig, settings, report).TrimAsync(cancellationToken),
                    "http" => new FloodScenario(rig, settings, report).HttpAsync(cancellationToken),
                    "http-floor" => new FloodScenario(rig, settings, report).HttpFloorAsync(cancellationToken),
                    "idle" => new IdleScenario(rig, settings, report).RunAsync(cancellationToken),
                    "work" => new WorkScenario(settings, report).RunAsync(cancellationToken),
                    _ => new SqliteScenario(settings, report).RunAsync(cancellationToken),
                });
            }
        }

        report.Write(output);
        return report.Losses.Any ? 1 : 0;
    }
}
