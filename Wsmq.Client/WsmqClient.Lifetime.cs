namespace Wsmq;

/// <content>Starting and stopping.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Whether the first send or call starts the client. True where a host starts it, because a hosted service that starts earlier may send.
    /// </summary>
    internal bool StartsWithFirstCall { get; set; }

    /// <summary>
    /// Starts the client, and returns when it is connected for the first time. Register handlers before: those of jobs and requests are known
    /// to the server when this returns, unless it has refused them or the connection was lost meanwhile. While the server is unreachable, attempts are repeated indefinitely, so that an app may start before its server; each cause is logged once, and each
    /// failure raises <see cref="ConnectFailed"/>. That includes HTTP 404, with which a proxy answers for a server that is not there yet.
    /// A refusal that a retry would not change ends the start: a final error of the server, HTTP 401 or 403, or an invalid configuration.
    /// </summary>
    /// <remarks>
    /// Once it has been connected, the client reconnects indefinitely, also where the server refuses the token, because the next token
    /// may be accepted. It gives up only where the token was revoked or the user banned: it then raises <see cref="Error"/>, is
    /// <see cref="WsmqClientState.Stopped"/>, and refuses sends with the same error until it is started again.
    /// </remarks>
    /// <param name="cancellationToken">Ends the wait, and stops the client if it is not connected by then; else it goes on.</param>
    /// <exception cref="WsmqException">
    /// The server's final error, such as <c>invalid-device</c>, <c>revoked</c> or <c>banned</c>; <c>connection-refused</c> for the HTTP
    /// status 401 or 403; <c>client-misconfigured</c> where the app's <see cref="WsmqClientOptions.ConfigureHttp"/> or
    /// <see cref="WsmqClientOptions.ConfigureConnection"/> throws, or sets something that cannot work.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the client was stopped before it was connected.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => RunAsync(endsWhenRefused: true, cancellationToken);

    /// <summary>
    /// Starts as <see cref="StartAsync(CancellationToken)"/> does, for a host: a refusal does not end it, because no caller could react.
    /// </summary>
    internal Task StartInBackgroundAsync(CancellationToken cancellationToken) => RunAsync(endsWhenRefused: false, cancellationToken);

    /// <summary>
    /// Stops the client; it can be started again. No handler starts once this is called, and new sends are refused. It waits for the
    /// receipts of sends and the answers of calls in flight, cancels the handlers' tokens and waits for the handlers, and sends the last acks; each step takes at
    /// most <see cref="WsmqClientOptions.StopTimeout"/>. Before that, handlers of jobs may end, within their
    /// <see cref="WsmqWorkOptions.StopTimeout"/>.
    /// </summary>
    /// <remarks>
    /// A handler that ignores its token may outlast the stop; the handlers of the next start wait until it has returned. Do not await
    /// this method in a handler: it would wait for that handler until the timeout.
    /// </remarks>
    /// <param name="cancellationToken">Ends the waits early.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        _run?.Cease();
        await _starting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (Stopping() is { } run)
                await CloseAsync(run, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Stops the client as <see cref="StopAsync"/> does, with the same timeout. It cannot be started again.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await StopAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(bool endsWhenRefused, CancellationToken cancellationToken)
    {
        var run = await BeginAsync(endsWhenRefused, cancellationToken).ConfigureAwait(false);
        try
        {
            await run.Connected.WaitAsync(cancellationToken).ConfigureAwait(false);
            await run.FirstAnswersAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !run.Connected.IsCompletedSuccessfully)
        {
            await EndAsync(run, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<ClientRun> BeginAsync(bool endsWhenRefused, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_run is { IsExpelled: false } running)
                return running;
            if (_run is { } expelled)
                await CloseAsync(expelled, CancellationToken.None).ConfigureAwait(false);
            var run = Adopt();
            run.Start(endsWhenRefused);
            return run;
        }
        finally
        {
            _starting.Release();
        }
    }

    private ClientRun Adopt()
    {
        lock (_gate)
        {
            var run = _prepared ?? new ClientRun(_parts, _before);
            foreach (var (source, after) in _startAfter)
                run.StartAfter(source, after);
            _startAfter.Clear();
            _handlers.Snapshots.Restart();
            foreach (var source in _handlers.Snapshots.Sources)
                run.Load(source);
            (_prepared, _stopped, _run) = (null, false, run);
            return run;
        }
    }

    private ClientRun? Stopping()
    {
        lock (_gate)
        {
            var run = _run ?? _prepared;
            (_prepared, _stopped) = (null, true);
            return run;
        }
    }

    /// <summary>The current run. Before the start it is the next one, in which sends and calls wait.</summary>
    private ClientRun Run
    {
        get
        {
            if (_run is { } running)
                return running;
            ClientRun run;
            lock (_gate)
            {
                if (_stopped)
                    throw new WsmqException(WsmqErrors.ClientClosed, "the client was stopped");
                run = _run ?? (_prepared ??= new ClientRun(_parts, _before));
            }

            // Not awaited: a failure to connect is reported to the sends and calls.
            if (StartsWithFirstCall)
                _ = BeginAsync(endsWhenRefused: false, CancellationToken.None);
            return run;
        }
    }

    private async Task EndAsync(ClientRun run, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_run == run)
                await CloseAsync(run, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task CloseAsync(ClientRun run, CancellationToken cancellationToken)
    {
        await run.StopAsync(cancellationToken).ConfigureAwait(false);
        _handlers.StopReading();
        run.Dispose();
        lock (_gate)
            (_before, _stopped, _run) = (run.HandlersEnded, true, null);
    }
}
