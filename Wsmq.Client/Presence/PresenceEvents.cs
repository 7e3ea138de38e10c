namespace Wsmq;

/// <summary>Raises the events of watches, one after another and outside of all locks.</summary>
internal sealed class PresenceEvents(ClientEvents events) : CoalescingWorker<Action>
{
    public void Raise(WsmqPresenceWatch watch, WsmqPresenceChangedEventArgs args) => Add(() =>
    {
        if (watch.TakeHandlers() is { } handlers)
            events.Raise(handlers, watch, args, nameof(WsmqPresenceWatch.Changed));
    });

    public void RaiseError(WsmqException error) => Add(() => events.RaiseError(WsmqClientOperation.Presence, error));

    protected override Task RunAsync(List<Action> items)
    {
        foreach (var raise in items)
            raise();
        return Task.CompletedTask;
    }
}
