namespace Wsmq;

/// <summary>Whether the server's store is there, as far as the client was told: when it changes, and at every new connection.</summary>
internal sealed class StoreWatch(ClientEvents events)
{
    private readonly Lock _gate = new();
    private bool _available = true;

    public bool Available => Volatile.Read(ref _available);

    public void Set(bool available)
    {
        // Inside the lock, so that the app hears of the changes in their order.
        lock (_gate)
        {
            if (_available == available)
                return;
            Volatile.Write(ref _available, available);
            events.RaiseStoreStateChanged(available);
        }
    }
}
