namespace Wsmq.Server.Publishing;

/// <summary>
/// Holds the sends that the app makes before the store has started, in their order. Each fails after the send timeout with the error that
/// nothing was stored.
/// </summary>
internal sealed class EarlySends(TimeProvider time, TimeSpan patience)
{
    private readonly Lock _lock = new();
    private readonly Queue<QueuedSend> _held = new();
    private volatile bool _released;
    private bool _expiring;

    /// <summary>Returns false once the held sends were released: the send is then enqueued directly.</summary>
    public bool TryHold(QueuedSend send)
    {
        if (_released)
            return false;
        lock (_lock)
        {
            if (_released)
                return false;
            send.StartClock(time, patience);
            _held.Enqueue(send);
            if (!_expiring)
            {
                _expiring = true;
                _ = ExpireAsync();
            }

            return true;
        }
    }

    /// <summary>Passes on all held sends, before anything that is sent from now on.</summary>
    public void Release(Action<QueuedSend> next)
    {
        lock (_lock)
        {
            while (_held.TryDequeue(out var send))
                next(send);
            _released = true;
        }
    }

    // All have the same timeout, so that the oldest expires first.
    private async Task ExpireAsync()
    {
        while (Oldest() is { } wait)
            await Task.Delay(wait, time).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    private TimeSpan? Oldest()
    {
        lock (_lock)
        {
            while (_held.TryPeek(out var send))
            {
                if (!send.IsLate(time))
                    return Longer(send.TimeLeft(time));
                _held.Dequeue();
                send.Refuse(new WsmqException(WsmqErrors.StoreUnavailable, $"the store had not started after WsmqOptions.Publish.SendTimeout, {patience}; nothing was stored"));
            }

            _expiring = false;
            return null;
        }
    }

    // Otherwise a timer that fires a moment early would be set to zero time, repeatedly.
    private static TimeSpan Longer(TimeSpan left) => left + TimeSpan.FromMilliseconds(1);
}
