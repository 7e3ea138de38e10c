namespace Wsmq;

/// <summary>The state that the app sees; one writer, the connection loop.</summary>
internal sealed class ClientState(ClientEvents events)
{
    private volatile WsmqClientState _current;

    public WsmqClientState Current => _current;

    public void Set(WsmqClientState next)
    {
        var previous = _current;
        if (previous == next)
            return;
        _current = next;
        events.RaiseStateChanged(previous, next);
    }
}
