using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace Wsmq;

/// <summary>
/// Keeps a connection up until it is stopped. SignalR does not retry the first start, gives up reconnecting after a while, and does not
/// reconnect after a close by the server. A refused token does not end the loop, because the next token may be accepted. The loop ends
/// only where the token was revoked or the user banned, or where a start that the app awaits is refused with a final error.
/// </summary>
internal sealed class ConnectionLoop(
    HubSessionFactory factory, ISessionReceiver receiver, IReadOnlyList<ISessionUser> users, ClientState state, WsmqClientOptions options,
    ClientEvents events)
{
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(5);

    private readonly OutageLog _outage = new(events.Logger, options.TimeProvider);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _attempt;
    private volatile WsmqException? _expelled;
    private TimeSpan? _retryIn;
    private int _failures;

    /// <summary>Completes with the first connection.</summary>
    public Task Connected => _connected.Task;

    /// <summary>
    /// Completes once the first calls of all users have had their answers, or the loop has ended; fails if it has ended for good.
    /// </summary>
    public async Task FirstAnswersAsync() =>
        await (await Task.WhenAny(Task.WhenAll(users.Select(u => u.FirstAnswers)), _ended.Task).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Whether a final refusal before the first connection ends the loop: the app awaits the start, and gets the error.</summary>
    public bool EndsWhenRefused { get; set; }

    /// <summary>The error that ended the loop for good: revoked, banned, or a refused start. Null otherwise.</summary>
    public WsmqException? Expelled => _expelled;

    public async Task RunAsync(CancellationToken stop)
    {
        state.Set(this, WsmqClientState.Connecting);
        try
        {
            while (!stop.IsCancellationRequested && _expelled is null)
                await ConnectOnceAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped while waiting: the state is set below.
        }
        catch (Exception e)
        {
            Log.LoopFailed(events.Logger, e);
        }
        finally
        {
            var expelled = _expelled;
            if (expelled is not null)
                Expel(expelled);

            // Before the start ends: the app that awaits it finds the client stopped.
            state.Set(this, WsmqClientState.Stopped);
            End(_connected, expelled);
            End(_ended, expelled);
        }
    }

    // Observes the exception: the app may no longer await the start.
    private static void End(TaskCompletionSource waited, Exception? reason)
    {
        if (reason is null)
            waited.TrySetCanceled(CancellationToken.None);
        else if (waited.TrySetException(reason))
            _ = waited.Task.Exception;
    }

    private async Task ConnectOnceAsync(CancellationToken stop)
    {
        HubSession? session = null;
        try
        {
            session = factory.Create(receiver, stop);
            await EnterAsync(session, stop).ConfigureAwait(false);
            await UseAsync(session, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Failed(e);
        }
        finally
        {
            if (session is not null)
                await CloseAsync(session).ConfigureAwait(false);
        }

        if (_expelled is not null)
            return;
        var wait = _retryIn ?? options.ReconnectBackoff.Next(_attempt++);
        _retryIn = null;
        await Task.Delay(wait, options.TimeProvider, stop).ConfigureAwait(false);
    }

    /// <summary>Returns once the hub has accepted the connection; throws the reason where it refuses.</summary>
    private async Task EnterAsync(HubSession session, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            await session.StartAsync(linked.Token).ConfigureAwait(false);
            await Task.WhenAny(session.Accepted, session.Ended).WaitAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"no connection within {nameof(options.ConnectTimeout)}, {options.ConnectTimeout}", e);
        }

        if (!session.Accepted.IsCompleted)
        {
            ExceptionDispatchInfo.Throw(await session.Ended.ConfigureAwait(false)
                ?? new IOException("the server closed the connection before it had accepted it"));
        }
    }

    private async Task UseAsync(HubSession session, CancellationToken stop)
    {
        var since = options.TimeProvider.GetTimestamp();
        foreach (var user in users)
            user.Attach(session);
        _failures = 0;
        _outage.Connected();
        state.Set(this, WsmqClientState.Connected);
        _connected.TrySetResult();
        try
        {
            var leaves = await LeavesAsync(session, stop).ConfigureAwait(false);
            if (leaves && session.IsLeft)
                _retryIn = TimeSpan.Zero;
            else if (leaves)
                Log.Leaving(events.Logger);
            else
                Lost(await session.Ended.WaitAsync(stop).ConfigureAwait(false));
        }
        finally
        {
            foreach (var user in users)
                user.Detach();
            if (!stop.IsCancellationRequested && _expelled is null)
                state.Set(this, WsmqClientState.Reconnecting);
        }

        // Resets the backoff only after a connection that lasted: a server that accepts and closes at once must not be flooded.
        if (options.TimeProvider.GetElapsedTime(since) > Held)
        {
            _attempt = 0;
            _outage.Over();
        }
    }

    /// <summary>
    /// True where the server requested a reconnect, its delay has passed and calls in flight have ended; false where the connection ended
    /// first.
    /// </summary>
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

    private void Failed(Exception error)
    {
        var failure = ConnectFailure.Of(error, factory.Url, options.AccessTokenProvider is not null);
        Consider(failure.Error);
        if (EndsWhenRefused && failure.IsFinal && !_connected.Task.IsCompleted)
            _expelled ??= failure.AsRefusal();
        foreach (var user in users)
            user.ConnectFailed(failure.Cause);
        _outage.Failed(failure, _retryIn.Value);
        events.RaiseConnectFailed(new WsmqConnectFailedEventArgs(
            ++_failures, failure.Error, failure.Status, failure.Cause, _expelled is null ? _retryIn : null));
        events.RaiseError(WsmqClientOperation.Connect, failure.Error);
    }

    private void Lost(Exception? error)
    {
        _outage.Lost(error);
        if (error is null)
            return;
        var known = WsmqException.From(error) ?? error;
        Consider(known);
        events.RaiseError(WsmqClientOperation.ConnectionLost, known);
    }

    /// <summary>Applies an error to the wait before the next attempt, and to the state of the store.</summary>
    [MemberNotNull(nameof(_retryIn))]
    private void Consider(Exception error)
    {
        var known = error as WsmqException;
        if (known?.Error == WsmqErrors.Revoked || known?.Error == WsmqErrors.Banned)
            _expelled = known;
        if (known?.Error == WsmqErrors.StoreUnavailable)
            receiver.StoreState(available: false);
        _retryIn = Waits.Longer(options.ReconnectBackoff.Next(_attempt++), known?.RetryAfter);
    }

    private void Expel(WsmqException expelled)
    {
        foreach (var user in users)
            user.Expel(expelled);
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
