namespace Wsmq.Server.Requests;

/// <summary>The open requests of one connection by the ids that its client has given them, so that it can cancel them.</summary>
internal sealed class OwnRequests
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CancellationTokenSource> _open = new(StringComparer.Ordinal);

    /// <exception cref="WsmqException"><c>invalid-message</c>: an open request has the id.</exception>
    public void Add(string id, CancellationTokenSource cancellation)
    {
        lock (_lock)
        {
            if (!_open.TryAdd(id, cancellation))
                throw new WsmqException(WsmqErrors.InvalidMessage, "another open request of the connection has the same id");
        }
    }

    public void Remove(string id)
    {
        lock (_lock)
            _open.Remove(id);
    }

    /// <summary>Cancels a request; returns whether it was open.</summary>
    public bool Cancel(string id)
    {
        CancellationTokenSource? cancellation;
        lock (_lock)
        {
            if (!_open.Remove(id, out cancellation))
                return false;
        }

        // What the cancellation does is not the caller's.
        _ = cancellation.CancelAsync();
        return true;
    }
}
