using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary>Prints events in the order in which they come, and knows when it has enough.</summary>
internal sealed class Listener(Session session, IEventPrinter printer, TextWriter output, TextWriter errors, int? count)
{
    // Handlers of different sources run side by side.
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _printed;

    /// <param name="patience">How long to wait for all messages once there is a connection; null for ever.</param>
    /// <param name="cancellationToken">Ctrl+C.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(TimeSpan? patience, CancellationToken cancellationToken)
    {
        session.SayConnection();
        var code = ExitCodes.Ok;
        session.Client.OnAny(OnDeliveryAsync);
        session.Client.OnLive(OnLiveAsync);
        session.Client.Gap += (_, gap) => Print(printer.Gap(gap));
        session.Client.Error += (_, e) => Tell(e);
        try
        {
            await session.ConnectAsync(cancellationToken);
            await session.WhileHopeful(_done.Task.WaitAsync(patience ?? Timeout.InfiniteTimeSpan, cancellationToken));
        }
        catch (TimeoutException)
        {
            code = EndEarly(patience!.Value);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C is how listening ends when no count was given; what was printed is acknowledged below all the same.
            _done.TrySetResult();
        }

        await session.Client.StopAsync(CancellationToken.None);
        return code;
    }

    private int EndEarly(TimeSpan patience)
    {
        lock (_gate)
        {
            // The last one may have come at that very moment.
            if (!_done.TrySetResult())
                return ExitCodes.Ok;
            _ = CommandLine.WriteErrorAsync($"{_printed} of {count} messages came within {patience.TotalSeconds:0.#} s");
            return ExitCodes.TooFew;
        }
    }

    private Task OnDeliveryAsync(WsmqDelivery delivery, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Not printed, so not to be acknowledged: it comes again to the next listener.
            if (_done.Task.IsCompleted)
                throw new OperationCanceledException("The listener has ended.");
            Print(printer.Delivery(delivery));
            if (++_printed == count)
                _done.TrySetResult();
        }

        return Task.CompletedTask;
    }

    private Task OnLiveAsync(WsmqLiveMessage message, CancellationToken cancellationToken)
    {
        Print(printer.Live(message));
        return Task.CompletedTask;
    }

    /// <summary>A message that could not be printed is tried again and holds up those behind it: better said than waited for.</summary>
    private void Tell(WsmqErrorEventArgs e)
    {
        if (e.Operation is WsmqOperation.Handle or WsmqOperation.ReadBody or WsmqOperation.Protocol && !_done.Task.IsCompleted)
        {
            errors.WriteLine(Printable.Line(
                $"wsmq: the message {e.Delivery?.Position} of {e.Delivery?.Source} could not be shown ({e.Exception.Message}); trying again"));
        }
    }

    private void Print(string line)
    {
        lock (_gate)
        {
            try
            {
                output.WriteLine(line);
            }
            catch (IOException)
            {
                // Whoever read the output is gone (listen | head): nothing is left to do, and the message stays unacknowledged.
                _done.TrySetResult();
                throw;
            }
        }
    }
}
