using System.CommandLine;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>One run of a command below <c>wsmq queue</c>, on an open connection.</summary>
/// <param name="Queues">The queues of the server.</param>
/// <param name="Result">The command line.</param>
/// <param name="Json">Whether to print JSON.</param>
/// <param name="Stop">Cancelled by Ctrl+C.</param>
internal sealed record QueueCall(IWsmqQueues Queues, ParseResult Result, bool Json, CancellationToken Stop)
{
    public void Print(object value, string text) =>
        Result.InvocationConfiguration.Output.WriteLine(Json ? JsonLines.Of(value) : text);

    /// <summary>Waits for a change of many jobs, and prints how many it has changed.</summary>
    /// <param name="change">The change.</param>
    /// <param name="done">What was done with the jobs.</param>
    public async Task<int> PrintCountAsync(Task<long> change, string done)
    {
        try
        {
            var count = await change;
            Print(new { Count = count }, $"{count} {done}");
            return ExitCodes.Ok;
        }
        catch (Exception e) when (MayBeDone(e))
        {
            await CommandLine.WriteErrorAsync($"some jobs may have been {done} before this failed; the command can be repeated");
            throw;
        }
    }

    private static bool MayBeDone(Exception failure) =>
        failure is OperationCanceledException or WsmqException { Error.CanRetry: true }
        || (failure as WsmqException)?.Error == WsmqErrors.OutcomeUnknown;
}
