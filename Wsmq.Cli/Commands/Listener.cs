using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary>Prints events in the order in which they arrive, and ends after the requested number of messages.</summary>
internal sealed class Listener(Session session, IEventPrinter printer, TextWriter output, TextWriter errors, int? count)
{
    // Handlers of different sources run concurrently.
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _printed;

    /// <param name="patience">The maximum wait for all messages, from the first connection on; null: no limit.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl+C.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(TimeSpan? patience, CancellationToken cancellationToken)
    {
        session.SayConnection();
        var code = ExitCodes.Ok;
        session.Client.OnAny(OnDeliveryAsync);
        session.Client.OnStateRemoved((removal, stop) => OnDeliveryAsync(removal.Delivery, stop));
        session.Client.OnAnyLive(OnLiveAsync);
        session.Client.Gap += (_, gap) => Print(printer.Gap(gap));
        session.Client.StateComplete += (_, state) => Print(state);
        session.Client.Error += (_, e) => Print(e);
        using var unread = OutputReader.Ended.Register(() => _done.TrySetResult());
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
            // Ctrl+C is the normal end without --count; the stop below acknowledges what was printed.
            _done.TrySetResult();
        }

        await session.Client.StopAsync(CancellationToken.None);
        return code;
    }

    private int EndEarly(TimeSpan patience)
    {
        lock (_gate)
        {
            // The last message may have arrived concurrently.
            if (!_done.TrySetResult())
                return ExitCodes.Ok;
            _ = CommandLine.WriteErrorAsync($"{_printed} of {count} messages arrived within {patience.TotalSeconds:0.#} s");
            return ExitCodes.TooFew;
        }
    }

    private Task OnDeliveryAsync(WsmqDelivery delivery, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Not printed, so it must not be acknowledged: the next listener receives it.
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

    private void Print(WsmqStateCompleteEventArgs state)
    {
        // Not for each new device of an address without state.
        if (state.Keys.Count > 0)
            Print(printer.StateComplete(state));
    }

    /// <summary>Ends with a refused filter, and reports a message that could not be printed: it is tried again, and delays all later ones of its source.</summary>
    private void Print(WsmqErrorEventArgs e)
    {
        // Without the filter everything would be printed, and acknowledged.
        if (e.Operation == WsmqClientOperation.Filter)
            _done.TrySetException(e.Exception);
        if (e.Operation is WsmqClientOperation.Handle or WsmqClientOperation.ReadBody or WsmqClientOperation.Protocol && !_done.Task.IsCompleted)
        {
            errors.WriteLine(Printable.Line(
                $"wsmq: the message {e.Delivery?.Position} of {e.Delivery?.Source} could not be shown ({e.Exception.Message}); trying again"));
        }
    }

    private void Print(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
            if (!OutputReader.HasEnded)
                return;

            // End too, and leave the message unacknowledged.
            _done.TrySetResult();
            throw new IOException("nothing reads the output any more");
        }
    }
}
