using System.CommandLine;
using Wsmq.Faults.Injected;
using Wsmq.Faults.Running;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults;

/// <summary><c>run</c>: runs one seed.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var seed = new Option<int>("--seed") { Description = "The seed of the fault plan and the load.", DefaultValueFactory = _ => 1 };
        var minutes = Options.Minutes(1);
        var faults = new Option<string[]?>("--fault")
        {
            Description = $"The faults, separated by commas: {string.Join(", ", FaultList.Names)}. Default: all that apply to the store.",
            CustomParser = Options.ParseFaults,
        };
        var store = new Option<string?>("--store") { Description = "The store. Default: determined by the faults or the seed." };
        store.AcceptOnlyFromAmong(StoreName.All);
        var nodes = new Option<int>("--nodes")
        {
            Description = "The number of nodes. Default: 2; always 1 with SQLite.", DefaultValueFactory = _ => 2,
        };
        var stampede = Options.Stampede();
        var keep = new Option<bool>("--keep") { Description = "Keeps the history even if there is no violation." };
        var command = new Command("run", "Injects faults under load, and checks the history.")
        {
            seed, minutes, faults, store, nodes, stampede, keep,
        };
        command.SetAction(async (result, stop) =>
        {
            var settings = new RunSettings(
                result.GetValue(seed), result.GetValue(minutes), result.GetValue(store), result.GetValue(faults) is { Length: > 0 } chosen ? chosen : null, result.GetValue(nodes),
                result.GetValue(stampede))
            {
                Keep = result.GetValue(keep),
            };
            var done = await Runner.RunAsync(settings, stop);
            await result.InvocationConfiguration.Output.WriteLineAsync(done.ToLine());
            return done.Violations.Count > 0 ? 1 : 0;
        });
        return command;
    }
}
