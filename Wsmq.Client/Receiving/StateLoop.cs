namespace Wsmq;

/// <summary>
/// Passes the messages of a state to the app, one after another. The server counts no failures of these: one that keeps failing is left out
/// here, after as many attempts as a server with default settings allows for a message of the log.
/// </summary>
internal sealed class StateLoop(Dispatcher dispatcher, WsmqClientOptions options, ClientEvents events)
{
    private const int MostAttempts = 20;

    /// <summary>Returns whether the state is complete. It is not if the app has set a position of the source meanwhile.</summary>
    /// <param name="source">The source.</param>
    /// <param name="item">The item of its queue that has the state.</param>
    /// <param name="stop">The tokens of the run.</param>
    public async Task<bool> HandleAsync(SourceState source, SourceItem item, RunTokens stop)
    {
        var (messages, unhandled) = (item.State!, 0);
        foreach (var message in messages)
        {
            if (!await HandleAsync(source, item, message, stop).ConfigureAwait(false))
                unhandled++;
        }

        if (!source.IsCurrent(item))
            return false;
        if (unhandled > 0)
            Log.StateUnhandled(events.Logger, unhandled, source.Source);
        if (item.Complete is { } complete)
            events.RaiseStateComplete(new WsmqStateCompleteEventArgs(source.Source, item.Position, complete.Count, complete.Keys));
        return true;
    }

    /// <summary>Returns false if the message has no handler.</summary>
    private async Task<bool> HandleAsync(SourceState source, SourceItem item, WsmqDelivery message, RunTokens stop)
    {
        for (var attempt = 1; source.IsCurrent(item); attempt++)
        {
            try
            {
                await dispatcher.DispatchAsync(message, stop).ConfigureAwait(false);
                return true;
            }
            catch (OperationCanceledException) when (stop.Begin.IsCancellationRequested)
            {
                throw;
            }
            catch (NotHandledException e) when (e.Operation == WsmqClientOperation.FindHandler)
            {
                // Another attempt would not find one.
                events.RaiseStateUnhandled(e.Cause, message);
                return false;
            }
            catch (Exception e)
            {
                ReportFailure(e, message);
                if (attempt == MostAttempts)
                {
                    Log.StateLeftOut(events.Logger, message.Position, source.Source, attempt);
                    return true;
                }

                // Where the app ended its enumeration, it decides itself when it reads again.
                if (e is not NotHandledException { Operation: null })
                    await Task.Delay(options.HandlerBackoff.Next(attempt - 1), options.TimeProvider, stop.Begin).ConfigureAwait(false);
            }
        }

        return true;
    }

    private void ReportFailure(Exception exception, WsmqDelivery message)
    {
        if (exception is not NotHandledException early)
            events.RaiseError(WsmqClientOperation.Handle, exception, message);
        else if (early.Operation is { } operation)
            events.RaiseError(operation, early.Cause, message);
    }
}
