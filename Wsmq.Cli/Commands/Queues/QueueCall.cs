using System.CommandLine;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>One run of a command below <c>wsmq queue</c>, on an open connection.</summary>
/// <param name="Hub">The connection.</param>
/// <param name="Result">The command line.</param>
/// <param name="Json">Whether to print JSON.</param>
/// <param name="Stop">Cancelled by Ctrl+C.</param>
internal sealed record QueueCall(HubCalls Hub, ParseResult Result, bool Json, CancellationToken Stop)
{
    public void Print(object value, string text) =>
        Result.InvocationConfiguration.Output.WriteLine(Json ? JsonLines.Of(value) : text);

    /// <summary>Repeats a call that changes many jobs in steps until nothing is left, and prints how many it has changed.</summary>
    /// <param name="method">The method of the hub.</param>
    /// <param name="arguments">Its arguments without the last one, which continues the previous step.</param>
    /// <param name="done">What was done with the jobs.</param>
    public async Task<int> AllAsync(string method, object?[] arguments, string done)
    {
        var count = 0L;
        string? next = null;
        try
        {
            do
            {
                (var changed, next) = await Hub.CallAsync<WsmqQueueStep>(method, [.. arguments, next], Stop);
                count += changed;
            }
            while (next is not null);
        }
        catch (Exception) when (count > 0)
        {
            await CommandLine.WriteErrorAsync($"{count} {done} before this failed; the command can be repeated");
            throw;
        }

        Print(new { Count = count }, $"{count} {done}");
        return ExitCodes.Ok;
    }
}
