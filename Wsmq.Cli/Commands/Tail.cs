using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Http;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary>Prints the events of one or several streams in the order in which they arrive.</summary>
internal sealed class Tail(ApiCall call, int? count)
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(call.Stop, OutputReader.Ended);
    private int _printed;

    public async Task<int> RunAsync(IEnumerable<ApiStream> streams)
    {
        var all = streams.Select(ReadAsync).ToList();
        try
        {
            // The first stream that ends has failed for good.
            await await Task.WhenAny(all);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // Ctrl+C is the normal end without --count, and so is the end of a program that reads the output.
        }

        await _end.CancelAsync();
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCodes.Ok;
    }

    private async Task ReadAsync(ApiStream stream)
    {
        await foreach (var item in stream.ReadAsync(_end.Token))
        {
            lock (_gate)
            {
                if (_end.IsCancellationRequested)
                    return;
                Print(item);
                if (_printed == count)
                    _end.Cancel();
            }
        }
    }

    private void Print(ApiEvent item)
    {
        if (item.Type == "gap")
        {
            var gap = ApiAnswer.Of<ApiGap>(item.Data).Value!;
            call.Print(new { Gap = gap },
                $"GAP  {gap.Source}  messages after {gap.After} and before {gap.Before} are missing: {gap.Reason}");
        }
        else if (item.Type == "message")
        {
            _printed++;

            // An operator gets entries as in a list: with the size of the body, which a message does not have.
            if (ApiAnswer.Of<Kind>(item.Data).Value?.Size is null)
                call.Print(ApiAnswer.Of<WsmqDelivery>(item.Data), OperatorText.Of);
            else
                call.Print(ApiAnswer.Of<ApiEntry>(item.Data), OperatorText.Of);
        }
    }

    private sealed record Kind(long? Size);
}
