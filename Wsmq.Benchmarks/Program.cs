using System.CommandLine;
using Wsmq.Benchmarks.Compare;
using Wsmq.Benchmarks.Micro;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Benchmarks.Scale;
using Wsmq.Benchmarks.Work;
using Wsmq.Testing;

var root = new RootCommand("Measures wsmq. docs/benchmarks.md describes the measurements.")
{
    CompareCommand.Create(),
    ScaleCommand.Create(),
    MicroCommand.Create(),
    NodeCommand.Create(),
    LoadCommand.Create(),
};
var result = root.Parse(args);
try
{
    return await result.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,

        // After Ctrl+C: time to stop nodes and Redis, and to delete their folders.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(20),
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
