namespace Wsmq;

/// <content>Starting and stopping.</content>
public sealed partial class WsmqClient
{
    /// <summary>Whether the first send starts the client: true where a host starts it, in whatever order it starts its services.</summary>
    internal bool StartsWithFirstSend { get; set; }

    /// <summary>
    /// Starts the client, and waits until it is connected for the first time. Attempts that fail because the server is away are
    /// repeated without end: each raises <see cref="ConnectFailed"/>. A refusal that another attempt would not change ends the start:
    /// a final error of the server, HTTP 401 or 403, or a configuration that cannot work. Register handlers before.
    /// Once it was connected, it connects again for ever, also where a token is refused (the next one may be a fresh one), unless the
    /// token was revoked or the user banned. A client that has ended so raises <see cref="Error"/>, is
    /// <see cref="WsmqClientState.Stopped"/>, and refuses sends with the same error, until it is started again.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, and stops the client if it has not connected by then.</param>
    /// <exception cref="WsmqException">
    /// The server's final error, such as <c>invalid-device</c>, <c>revoked</c> or <c>banned</c>; <c>connection-refused</c> with the HTTP
    /// status 401 or 403; <c>client-misconfigured</c> where the app's own <see cref="WsmqClientOptions.ConfigureHttp"/> or
    /// <see cref="WsmqClientOptions.ConfigureConnection"/> failed or cannot work.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled, or stopped meanwhile.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => RunAsync(endsWhenRefused: true, cancellationToken);

    /// <summary>Starts as <see cref="StartAsync(CancellationToken)"/> does, for a host: nobody is there to mend a refusal, so it goes on.</summary>
    internal Task StartInBackgroundAsync(CancellationToken cancellationToken) => RunAsync(endsWhenRefused: false, cancellationToken);

    /// <summary>
    /// Stops the client. No handler begins once this is called; new sends are refused, those in flight get their receipts, handlers
    /// are told to cancel and are waited for, and their last acks are sent; each for no longer than
    /// <see cref="WsmqClientOptions.StopTimeout"/>. It may be started again.
    /// A handler that does not heed its token may outlast the stop: the handlers of the next start wait until it has returned. Do not
    /// await this inside a handler: it waits for that handler, until the time-out.
    /// </summary>
    /// <param name="cancellationToken">Cuts the waits short.</param>
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

    /// <summary>Stops the client for good, as <see cref="StopAsync"/> does, with the same time-out.</summary>
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
            foreach (var (source, after) in _startBehind)
                run.StartBehind(source, after);
            _startBehind.Clear();
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

    /// <summary>Where sends go: before the start too, where they wait for it.</summary>
    private Outbox Outbox
    {
        get
        {
            if (_run is { } running)
                return running.Outbox;
            ClientRun run;
            lock (_gate)
            {
                if (_stopped)
                    throw new WsmqException(WsmqErrors.ClientClosed, "it was stopped");
                run = _run ?? (_prepared ??= new ClientRun(_parts, _before));
            }

            // Of the wait for a connection nothing is to be told here: the sends are told.
            if (StartsWithFirstSend)
                _ = BeginAsync(endsWhenRefused: false, CancellationToken.None);
            return run.Outbox;
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
