namespace Wsmq;

/// <summary>Whether the server's store is available, as the server last reported: on changes, and on every new connection.</summary>
internal sealed class StoreWatch(ClientEvents events)
{
    private readonly Lock _gate = new();
    private bool _available = true;

    public bool Available => Volatile.Read(ref _available);

    public void Set(bool available)
    {
        // Raised inside the lock, so that the app receives the changes in order.
        lock (_gate)
        {
            if (_available == available)
                return;
            Volatile.Write(ref _available, available);
            events.RaiseStoreStateChanged(available);
        }
    }
}
