namespace Wsmq;

/// <summary>
/// Whether the server's store is there, as far as the client was told. A node says so when it changes, and to a new connection only
/// while the store is away; who believes that it is away therefore has to find out, with a call, that a new connection was let in.
/// </summary>
internal sealed class StoreWatch(ClientEvents events) : ISessionUser
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

    public void Attach(HubSession session)
    {
        if (!Available)
            _ = AskAsync(session);
    }

    public Task LeaveAsync(CancellationToken ct) => Task.CompletedTask;

    public void Detach()
    {
    }

    private async Task AskAsync(HubSession session)
    {
        try
        {
            await session.AskAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Turned away or cut off: the next connection asks again.
            Log.StoreNotAsked(events.Logger, e);
            return;
        }

        // What it was told came before the answer.
        if (session.StoreAvailable is null)
            Set(available: true);
    }
}
