namespace Wsmq;

/// <summary>
/// A watch of the presence of a user or of the members of a group, from <see cref="WsmqClient.WatchPresence"/>. It lives until it is disposed,
/// over all connections: after a reconnect the client compares what is there with what it knew, and reports only the differences.
/// </summary>
public sealed class WsmqPresenceWatch : IDisposable
{
    private readonly Lock _handlersLock = new();
    private readonly Action<WsmqPresenceWatch> _end;
    private readonly Action<WsmqPresenceWatch, WsmqPresenceState> _first;
    private EventHandler<WsmqPresenceChangedEventArgs>? _changed;
    private bool _hasMissed;
    private volatile TaskCompletionSource _ready = NotReady();
    private volatile WsmqPresenceState? _current;
    private volatile WsmqException? _error;

    /// <param name="address">The address.</param>
    /// <param name="end">Ends the watch.</param>
    /// <param name="first">Raises the event that says what is known.</param>
    internal WsmqPresenceWatch(WsmqAddress address, Action<WsmqPresenceWatch> end, Action<WsmqPresenceWatch, WsmqPresenceState> first) =>
        (Address, _end, _first) = (address, end, first);

    /// <summary>The address.</summary>
    public WsmqAddress Address { get; }

    /// <summary>What is known; null until the server has told it. It keeps its value while there is no connection.</summary>
    public WsmqPresenceState? Current => _current;

    /// <summary>
    /// Why the server does not let the client watch, for example <c>presence-not-allowed</c>; null while it does. It is tried again with the
    /// next connection. <see cref="WsmqClient.Error"/> reports it as well.
    /// </summary>
    public WsmqException? Error => _error;

    /// <summary>
    /// Raised when <see cref="Current"/> has changed, one event after another; the client logs what handlers throw. They should return quickly.
    /// If something was known before the first handler was there, that handler is told of all of it, as first.
    /// </summary>
    public event EventHandler<WsmqPresenceChangedEventArgs>? Changed
    {
        add
        {
            lock (_handlersLock)
            {
                _changed += value;
                if (_hasMissed)
                    _first(this, _current!);
                _hasMissed = false;
            }
        }

        remove
        {
            lock (_handlersLock)
                _changed -= value;
        }
    }

    /// <summary>Waits until the server has told what is there.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>What is known.</returns>
    /// <exception cref="WsmqException">The server refuses the watch, with a final error; or the client has stopped.</exception>
    /// <exception cref="ObjectDisposedException">The watch was ended.</exception>
    public async Task<WsmqPresenceState> ReadyAsync(CancellationToken cancellationToken = default)
    {
        await _ready.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _current!;
    }

    /// <summary>Ends the watch.</summary>
    public void Dispose()
    {
        _end(this);
        _ready.TrySetException(new ObjectDisposedException(nameof(WsmqPresenceWatch)));
    }

    /// <summary>The handlers; null if there are none, which the first one will be told.</summary>
    internal EventHandler<WsmqPresenceChangedEventArgs>? TakeHandlers()
    {
        lock (_handlersLock)
        {
            _hasMissed |= _changed is null;
            return _changed;
        }
    }

    internal void Know(WsmqPresenceState state)
    {
        (_current, _error) = (state, null);
        Wait();
        _ready.TrySetResult();
    }

    /// <summary>Another attempt: what the one before has failed with counts no more.</summary>
    internal void Wait()
    {
        if (_ready.Task.IsFaulted)
            _ready = NotReady();
    }

    internal void Refuse(WsmqException error)
    {
        _error = error;
        Fail(error);
    }

    /// <summary>Nobody waits for an answer of the server any more.</summary>
    internal void Fail(WsmqException error) => _ready.TrySetException(error);

    private static TaskCompletionSource NotReady()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // Not everybody waits for it.
        _ = ready.Task.ContinueWith(t => t.Exception, TaskScheduler.Default);
        return ready;
    }
}
