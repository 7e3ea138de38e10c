using System.CommandLine;
using Wsmq.Faults.Injected;
using Wsmq.Faults.Running;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults;

/// <summary><c>run</c>: one seed.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var seed = new Option<int>("--seed") { Description = "Sows the plan of faults and the load.", DefaultValueFactory = _ => 1 };
        var minutes = Options.Minutes(1);
        var faults = new Option<string[]?>("--fault")
        {
            Description = $"Which faults, with commas between: {string.Join(", ", FaultList.Names)}. A mixture of all that the store has where it is left out.",
            CustomParser = Options.ParseFaults,
        };
        var store = new Option<string?>("--store") { Description = "The store; the faults or the seed decide where it is left out." };
        store.AcceptOnlyFromAmong(StoreName.All);
        var nodes = new Option<int>("--nodes") { Description = "How many nodes, 2 where it is left out; SQLite has one.", DefaultValueFactory = _ => 2 };
        var stampede = Options.Stampede();
        var keep = new Option<bool>("--keep") { Description = "Keeps the history also when all is well." };
        var command = new Command("run", "Injects faults under load, and judges what happened.") { seed, minutes, faults, store, nodes, stampede, keep };
        command.SetAction(async (result, stop) =>
        {
            var settings = new RunSettings(
                result.GetValue(seed), result.GetValue(minutes), result.GetValue(store), result.GetValue(faults) is { Length: > 0 } chosen ? chosen : null, result.GetValue(nodes),
                result.GetValue(stampede), result.GetValue(keep));
            var done = await Runner.RunAsync(settings, stop);
            await result.InvocationConfiguration.Output.WriteLineAsync(done.ToLine());
            return done.Violations.Count > 0 ? 1 : 0;
        });
        return command;
    }
}
