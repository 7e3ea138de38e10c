namespace Wsmq;

/// <summary>
/// The state that the app sees. Only the loop of the last start sets it: one that was not waited for any longer must not say
/// <see cref="WsmqClientState.Stopped"/> when the next one runs.
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

    public void Set(object owner, WsmqClientState next)
    {
        WsmqClientState previous;
        lock (_gate)
        {
            previous = _current;
            if (owner != _owner || previous == next)
                return;
            _current = next;
        }

        events.RaiseStateChanged(previous, next);
    }
}
