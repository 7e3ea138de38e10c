namespace Wsmq.Server.Requests;

/// <summary>The open requests of one connection by the ids that its client has given them, so that it can cancel them.</summary>
internal sealed class OwnRequests
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CancellationTokenSource> _open = new(StringComparer.Ordinal);

    /// <summary>Returns false if an open request has the id.</summary>
    public bool TryAdd(string id, CancellationTokenSource cancellation)
    {
        lock (_lock)
            return _open.TryAdd(id, cancellation);
    }

    /// <summary>The request has ended. After it was cancelled another one may have the id.</summary>
    public void Remove(string id, CancellationTokenSource cancellation)
    {
        lock (_lock)
        {
            if (_open.GetValueOrDefault(id) == cancellation)
                _open.Remove(id);
        }
    }

    /// <summary>Cancels a request; returns whether it was open.</summary>
    public bool Cancel(string id)
    {
        lock (_lock)
        {
            if (!_open.Remove(id, out var cancellation))
                return false;

            // Inside the lock, because the source is disposed after it was removed. What the cancellation does is not the caller's.
            _ = cancellation.CancelAsync();
            return true;
        }
    }
}
