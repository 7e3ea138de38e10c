namespace Wsmq;

/// <summary>
/// Keeps a connection up until it is stopped: SignalR never repeats the first start, gives up reconnecting after a while, and does
/// not try at all after a close by the server. A token that is not accepted is no reason to end either: the next one may be a fresh
/// one. Only somebody who was told to stay away stays away.
/// </summary>
internal sealed class ConnectionLoop(
    HubSessionFactory factory, ISessionReceiver receiver, IReadOnlyList<ISessionUser> users, ClientState state, WsmqClientOptions options,
    ClientEvents events)
{
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _attempt;
    private volatile WsmqException? _expelled;
    private TimeSpan? _retryAfter;

    /// <summary>Completes with the first connection.</summary>
    public Task Connected => _connected.Task;

    /// <summary>With what the server told the client to stay away; null where it did not.</summary>
    public WsmqException? Expelled => _expelled;

    public async Task RunAsync(CancellationToken stop)
    {
        state.Set(WsmqClientState.Connecting);
        try
        {
            while (!stop.IsCancellationRequested && _expelled is null)
                await ConnectOnceAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped while waiting: the state below says so.
        }
        catch (Exception e)
        {
            Log.LoopFailed(events.Logger, e);
        }
        finally
        {
            if (_expelled is { } expelled)
                End(expelled);
            state.Set(WsmqClientState.Stopped);
            _connected.TrySetCanceled(CancellationToken.None);
        }
    }

    private async Task ConnectOnceAsync(CancellationToken stop)
    {
        HubSession? session = null;
        try
        {
            session = factory.Create(receiver, stop);
            await StartAsync(session, stop).ConfigureAwait(false);
            await UseAsync(session, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Report(WsmqOperation.Connect, e);
        }
        finally
        {
            if (session is not null)
                await CloseAsync(session).ConfigureAwait(false);
        }

        if (_expelled is not null)
            return;
        var wait = Waits.Longer(options.ReconnectBackoff.Next(_attempt++), _retryAfter);
        _retryAfter = null;
        await Task.Delay(wait, options.TimeProvider, stop).ConfigureAwait(false);
    }

    private async Task StartAsync(HubSession session, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            await session.StartAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"No connection within {options.ConnectTimeout}.", e);
        }
    }

    private async Task UseAsync(HubSession session, CancellationToken stop)
    {
        var since = options.TimeProvider.GetTimestamp();
        foreach (var user in users)
            user.Attach(session);
        state.Set(WsmqClientState.Connected);
        _connected.TrySetResult();
        try
        {
            if (await LeavesAsync(session, stop).ConfigureAwait(false))
                Log.Leaving(events.Logger);
            else
                Lost(await session.Ended.WaitAsync(stop).ConfigureAwait(false));
        }
        finally
        {
            foreach (var user in users)
                user.Detach();
            if (!stop.IsCancellationRequested && _expelled is null)
                state.Set(WsmqClientState.Reconnecting);
        }

        // A server that takes a connection and closes it at once must not be hammered: only one that held starts the count anew.
        if (options.TimeProvider.GetElapsedTime(since) > Held)
            _attempt = 0;
    }

    /// <summary>True where the server asked to connect anew, it is time to, and what was under way has ended; false where the connection ended first.</summary>
    private async Task<bool> LeavesAsync(HubSession session, CancellationToken stop)
    {
        await Task.WhenAny(session.Ended, session.AskedToLeave).WaitAsync(stop).ConfigureAwait(false);
        if (!session.AskedToLeave.IsCompleted)
            return false;
        var after = await session.AskedToLeave.ConfigureAwait(false);
        await ((Task)session.Ended).WaitAsync(after, options.TimeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
        if (session.Ended.IsCompleted)
            return false;
        await Waits.TryAsync(Task.WhenAll(users.Select(u => u.LeaveAsync(stop))), options, stop).ConfigureAwait(false);
        return !session.Ended.IsCompleted;
    }

    private void Report(WsmqOperation operation, Exception error)
    {
        var known = WsmqException.From(error);
        if (known is not null && (known.Error == WsmqErrors.Revoked || known.Error == WsmqErrors.Banned))
            _expelled = known;
        _retryAfter = known?.RetryAfter;
        events.RaiseError(operation, known ?? error);
    }

    private void Lost(Exception? error)
    {
        Log.ConnectionLost(events.Logger, error);
        if (error is null)
            return;
        if (WsmqException.From(error)?.Error == WsmqErrors.StoreUnavailable)
            receiver.StoreState(available: false);
        Report(WsmqOperation.Connection, error);
    }

    private void End(WsmqException expelled)
    {
        foreach (var user in users)
            user.Expel(expelled);
        if (_connected.TrySetException(expelled))
        {
            // Nobody may be waiting any more; that is no unobserved failure.
            _ = _connected.Task.Exception;
        }
    }

    private async Task CloseAsync(HubSession session)
    {
        try
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.CloseFailed(events.Logger, e);
        }
    }
}
