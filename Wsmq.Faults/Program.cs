using System.CommandLine;
using Wsmq.Faults;
using Wsmq.Faults.Nodes;
using Wsmq.Faults.Workers;
using Wsmq.Testing;

var root = new RootCommand("Injects faults into what wsmq runs on, and checks its guarantees. docs/faults.md describes the checks.")
{
    RunCommand.Create(),
    CampaignCommand.Create(),
    CheckCommand.Create(),
    NodeCommand.Create(),
    WorkerCommand.Create(),
};
var result = root.Parse(args);
try
{
    return await result.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,

        // After SIGTERM: time for a node to stop in order, and for a run to stop its nodes and stores.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
    });
}
catch (RunFailedException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 1;
}
