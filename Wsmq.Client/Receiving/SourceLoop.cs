namespace Wsmq;

/// <summary>
/// Passes the messages of one source to the app, one after another. A message that fails is repeated with growing waits before the next
/// one, so that no later message is acknowledged. The server counts the failures, and dead-letters the message at its limit.
/// </summary>
internal sealed class SourceLoop(
    Dispatcher dispatcher, Acker acker, Resumer resumer, NackReports failures, WsmqClientOptions options, ClientEvents events)
{
    public required SnapshotLoader Snapshots { get; init; }

    public required StateLoop States { get; init; }

    /// <param name="source">The source.</param>
    /// <param name="before">Completes when the handlers of the previous run have returned.</param>
    /// <param name="stop">Ends the loop.</param>
    public async Task RunAsync(SourceState source, Task before, RunTokens stop)
    {
        try
        {
            // The first message must not run inside SignalR's callback.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await before.WaitAsync(stop.Begin).ConfigureAwait(false);
            await foreach (var item in source.Queue.ReadAllAsync(stop.Begin).ConfigureAwait(false))
            {
                var handled = await TakeAsync(source, item, stop).ConfigureAwait(false);
                if (source.Left(item, handled))
                    resumer.Wake();
                // Gaps are acknowledged too: a gap at the tail of a log would otherwise be announced again after every start.
                if (handled)
                    acker.Handled(source.Source, item.Position);
            }
        }
        catch (OperationCanceledException) when (stop.Begin.IsCancellationRequested)
        {
            // Stopped: messages that were not handled are delivered again.
        }
        catch (Exception e)
        {
            Log.LoopFailed(events.Logger, e);
        }
    }

    private async Task<bool> TakeAsync(SourceState source, SourceItem item, RunTokens stop)
    {
        stop.Begin.ThrowIfCancellationRequested();
        if (item.IsLoad)
        {
            source.LoadBegins();
            await Snapshots.LoadAsync(source, null, stop).ConfigureAwait(false);
            return false;
        }

        if (item.State is not null)
            return await States.HandleAsync(source, item, stop).ConfigureAwait(false);
        if (item.Gap is not { } gap)
            return await HandleAsync(source, item, stop).ConfigureAwait(false);
        if (!source.IsCurrent(item))
            return false;
        if (item.Complete is { } complete)
            events.RaiseStateComplete(new WsmqStateCompleteEventArgs(source.Source, gap.After, complete.Count, complete.Keys));
        events.RaiseGap(gap);

        // With new data the source goes on behind its position, and not behind the gap. Expired messages are not missing in the data.
        return gap.Reason == WsmqGapReasons.Expired || !await Snapshots.LoadAsync(source, gap, stop).ConfigureAwait(false);
    }

    private async Task<bool> HandleAsync(SourceState source, SourceItem item, RunTokens stop)
    {
        for (var attempt = 0; source.IsCurrent(item); attempt++)
        {
            if (source.IsDeadLettered(item))
                return true;
            try
            {
                await dispatcher.DispatchAsync(item.Delivery!, stop).ConfigureAwait(false);
                Snapshots.Handled(source.Source);
                return true;
            }
            catch (OperationCanceledException) when (stop.Begin.IsCancellationRequested)
            {
                throw;
            }
            catch (NotHandledException e) when (e.Operation is null)
            {
                // The app ended its enumeration, perhaps because of this message. No pause: the app decides when it reads again.
                await failures.ReportAsync(source.Source, item.Position, e, next: Task.CompletedTask, stop.Handle).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                ReportFailure(e, item.Delivery!);
                var pause = PauseAsync(source, item, options.HandlerBackoff.Next(attempt), stop.Begin);
                await Task.WhenAll(failures.ReportAsync(source.Source, item.Position, e, pause, stop.Handle), pause).ConfigureAwait(false);
            }
        }

        return false;
    }

    private void ReportFailure(Exception exception, WsmqDelivery delivery)
    {
        if (exception is not NotHandledException { Operation: { } operation } early)
            events.RaiseError(WsmqClientOperation.Handle, exception, delivery);
        else if (operation == WsmqClientOperation.FindHandler)
            events.RaiseUnhandled(early.Cause, delivery);
        else
            events.RaiseError(operation, early.Cause, delivery);
    }

    private async Task PauseAsync(SourceState source, SourceItem item, TimeSpan wait, CancellationToken stop)
    {
        await source.WhenDeadLettered(item).WaitAsync(wait, options.TimeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
    }
}
