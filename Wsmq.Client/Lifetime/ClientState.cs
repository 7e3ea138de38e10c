namespace Wsmq;

/// <summary>
/// The state that the app sees. Only the loop of the latest start sets it: a loop that outlasted its stop must not set
/// <see cref="WsmqClientState.Stopped"/> while the next one runs.
/// </summary>
internal sealed class ClientState(ClientEvents events)
{
    private readonly Lock _gate = new();
    private volatile WsmqClientState _current;
    private object? _owner;

    public WsmqClientState Current => _current;

    public void Take(object owner)
    {
        lock (_gate)
            _owner = owner;
    }

    public void Set(object owner, WsmqClientState next) => Change(owner, owner, next);

    /// <summary>The client has stopped: whatever the loop of this start still does, the state stays <see cref="WsmqClientState.Stopped"/>.</summary>
    public void End(object owner) => Change(owner, null, WsmqClientState.Stopped);

    private void Change(object owner, object? nextOwner, WsmqClientState next)
    {
        WsmqClientState previous;
        lock (_gate)
        {
            if (owner != _owner)
                return;
            _owner = nextOwner;
            previous = _current;
            _current = next;
        }

        if (previous != next)
            events.RaiseStateChanged(previous, next);
    }
}
