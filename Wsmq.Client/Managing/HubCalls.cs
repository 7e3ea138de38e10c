using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// Calls of the hub whose answers go to the app. A call waits for a connection; one that can be repeated is, after a lost connection and
/// after a temporary refusal, until <see cref="WsmqClientOptions.SendTimeout"/>.
/// </summary>
internal sealed partial class HubCalls(WsmqClientOptions options, TimeoutCause cause, ILogger logger) : ISessionUser
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private TaskCompletionSource<HubSession> _attached = Unattached();
    private TaskCompletionSource? _quiet;
    private volatile WsmqException? _end;
    private int _inFlight;

    public void Attach(HubSession session)
    {
        lock (_gate)
            _attached.TrySetResult(session);
    }

    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        Detach();
        return WhenQuiet();
    }

    public void Detach()
    {
        lock (_gate)
        {
            if (_attached.Task.IsCompleted)
                _attached = Unattached();
        }
    }

    public void Expel(WsmqException reason) => End(reason);

    /// <summary>Refuses new calls, and waits for the answers of those in flight.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        End(new WsmqException(WsmqErrors.ClientClosed, "the client was stopped"));
        if (!await Waits.TryAsync(WhenQuiet(), options, cancellationToken).ConfigureAwait(false))
            Log.StopTimedOut(logger, "answers");
    }

    /// <summary>Returns the answer.</summary>
    /// <exception cref="WsmqException">
    /// The error of the server; <c>client-closed</c> if the call was never written to a connection, and <c>outcome-unknown</c> if it was, and
    /// there is no answer.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<T> CallAsync<T>(HubCall call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.SendTimeout, options.TimeProvider);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ending.Token);
        var pending = new PendingCall<T>(call);
        try
        {
            for (var attempt = 0; !await TryAsync(pending, limit.Token, patience.Token).ConfigureAwait(false); attempt++)
                await BackOffAsync(pending.Method, pending.Failure!, attempt, patience.Token).ConfigureAwait(false);
            return pending.Answer;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw pending.GiveUp(_end, cause.Text);
        }
    }

    private static TaskCompletionSource<HubSession> Unattached() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<bool> TryAsync<T>(PendingCall<T> pending, CancellationToken limit, CancellationToken patience)
    {
        var session = await EnterAsync(patience).ConfigureAwait(false);
        try
        {
            return await pending.TryAsync(session, limit).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    private async Task BackOffAsync(string method, Exception failure, int attempt, CancellationToken patience)
    {
        var wait = Waits.Longer(options.SendBackoff.Next(attempt), WsmqException.From(failure)?.RetryAfter);
        Log.CallRepeated(logger, failure, method, wait);
        await Task.Delay(wait, options.TimeProvider, patience).ConfigureAwait(false);
    }

    /// <summary>Waits for a connection, and counts the call that is made over it: the client does not leave the connection before its end.</summary>
    private async Task<HubSession> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<HubSession> attached;
            lock (_gate)
            {
                attached = _attached.Task;
                cancellationToken.ThrowIfCancellationRequested();
                if (attached.IsCompleted)
                {
                    _inFlight++;
                    return attached.Result;
                }
            }

            await attached.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_inFlight > 0)
                return;
            _quiet?.TrySetResult();
            _quiet = null;
        }
    }

    private Task WhenQuiet()
    {
        lock (_gate)
            return _inFlight == 0 ? Task.CompletedTask : (_quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    // The waits end on other threads: an app that awaits a call must not hold up the caller.
    private void End(WsmqException reason)
    {
        _end ??= reason;
        _ = _ending.CancelAsync();
    }
}
