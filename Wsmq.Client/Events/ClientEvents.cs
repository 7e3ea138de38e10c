using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>Logs events and raises them to the app; exceptions of the app's event handlers are caught and logged here.</summary>
internal sealed class ClientEvents(ILogger logger, TimeProvider time)
{
    private readonly UnhandledLog _unhandled = new(logger, time);

    public event EventHandler<WsmqStateChangedEventArgs>? StateChanged;

    public event EventHandler<WsmqStoreStateChangedEventArgs>? StoreStateChanged;

    public event EventHandler<WsmqGapEventArgs>? Gap;

    public event EventHandler<WsmqStalledEventArgs>? Stalled;

    public event EventHandler<WsmqDeadLetteredEventArgs>? DeadLettered;

    public event EventHandler<WsmqClearedEventArgs>? Cleared;

    public event EventHandler<WsmqStateCompleteEventArgs>? StateComplete;

    public event EventHandler<WsmqStatusChangedEventArgs>? StatusChanged;

    public event EventHandler<WsmqErrorEventArgs>? Error;

    public event EventHandler<WsmqConnectFailedEventArgs>? ConnectFailed;

    /// <summary>The sender of the events: the client.</summary>
    public object? Sender { get; set; }

    public ILogger Logger => logger;

    public void RaiseStateChanged(WsmqClientState previous, WsmqClientState current)
    {
        Log.StateChanged(logger, current);
        Raise(StateChanged, new WsmqStateChangedEventArgs(previous, current), nameof(StateChanged));
    }

    public void RaiseStoreStateChanged(bool available)
    {
        if (available)
            Log.StoreBack(logger);
        else
            Log.StoreAway(logger);
        Raise(StoreStateChanged, new WsmqStoreStateChangedEventArgs(available), nameof(StoreStateChanged));
    }

    public void RaiseGap(WsmqGapEventArgs gap)
    {
        Log.Gap(logger, gap.Source, gap.After, gap.Before, gap.Reason);
        Raise(Gap, gap, nameof(Gap));
    }

    public void RaiseStalled(WsmqStalledEventArgs stalled)
    {
        Log.Stalled(logger, stalled.Source, stalled.Position);
        Raise(Stalled, stalled, nameof(Stalled));
    }

    public void RaiseDeadLettered(WsmqDeadLetteredEventArgs letter)
    {
        Log.DeadLettered(logger, letter.Source, letter.Position, letter.Attempts);
        Raise(DeadLettered, letter, nameof(DeadLettered));
    }

    public void RaiseCleared(WsmqClearedEventArgs cleared) => Raise(Cleared, cleared, nameof(Cleared));

    public void RaiseStateComplete(WsmqStateCompleteEventArgs state)
    {
        Log.StateComplete(logger, state.Source, state.Count, state.Position);
        Raise(StateComplete, state, nameof(StateComplete));
    }

    public void RaiseStatusChanged(WsmqStatusChangedEventArgs change) => Raise(StatusChanged, change, nameof(StatusChanged));

    public void RaiseError(WsmqClientOperation operation, Exception exception, WsmqDelivery? delivery = null)
    {
        // OutageLog logs failed attempts and lost connections, without repetition.
        if (operation is not (WsmqClientOperation.Connect or WsmqClientOperation.ConnectionLost))
            Log.Error(logger, exception, operation, delivery?.Source, delivery?.Position);
        Raise(Error, new WsmqErrorEventArgs(operation, exception, delivery), nameof(Error));
    }

    /// <summary>As <see cref="RaiseError"/>, for a message without a handler. There may be many, so the log is rate-limited.</summary>
    public void RaiseUnhandled(Exception exception, WsmqDelivery delivery)
    {
        _unhandled.Note(delivery);
        Raise(Error, new WsmqErrorEventArgs(WsmqClientOperation.FindHandler, exception, delivery), nameof(Error));
    }

    /// <summary>The same for a message of a state, which is logged with the others of the state.</summary>
    public void RaiseStateUnhandled(Exception exception, WsmqDelivery delivery) =>
        Raise(Error, new WsmqErrorEventArgs(WsmqClientOperation.FindHandler, exception, delivery), nameof(Error));

    public void RaiseConnectFailed(WsmqConnectFailedEventArgs failure) => Raise(ConnectFailed, failure, nameof(ConnectFailed));

    private void Raise<T>(EventHandler<T>? handlers, T args, string name) => Raise(handlers, Sender, args, name);

    /// <summary>Calls handlers, and logs what they throw.</summary>
    public void Raise<T>(EventHandler<T>? handlers, object? sender, T args, string name)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(sender, args);
            }
            catch (Exception e)
            {
                Log.EventHandlerFailed(logger, e, name);
            }
        }
    }
}
