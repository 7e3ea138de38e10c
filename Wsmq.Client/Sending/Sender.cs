using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// Sends messages to the server, with retries, until each has a receipt or a final error, or has reached its timeout.
/// <see cref="SendScheduler"/> decides what is sent and when; this class locks it, and performs the I/O, the waits and the timeouts.
/// </summary>
internal sealed class Sender : ISessionUser
{
    private readonly Lock _gate = new();
    private readonly SendScheduler _scheduler;
    private readonly OpenSends _open;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _background = [];
    private readonly WsmqClientOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationToken _stop;
    private HubSession? _session;
    private SendStream? _stream;

    // The one before it, until it has ended: a connection has one stream at a time.
    private SendStream? _replaced;
    private TaskCompletionSource? _quiet;

    public Sender(WsmqClientOptions options, TimeoutCause cause, ILogger logger, CancellationToken stop)
    {
        (_options, _logger, _stop) = (options, logger, stop);
        _open = new OpenSends(options, cause, Expire);
        _scheduler = new SendScheduler(options.MaxInFlightSends, options.SendBackoff, _open.Remove);
    }

    /// <summary>Starts a send; the task has its outcome.</summary>
    public Task<WsmqReceipt> SendAsync(PendingSend send, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Enter(send, cancellationToken);
            Follow();
        }

        return cancellationToken.CanBeCanceled && !send.IsSettled ? WaitAsync([send], send.Done, cancellationToken) : send.Done;
    }

    /// <summary>Starts sends directly after each other; completes when all have an outcome, and fails only if cancelled.</summary>
    public Task SendManyAsync(IReadOnlyList<PendingSend> sends, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var send in sends)
                Enter(send, cancellationToken);
            Follow();
        }

        return WaitAsync(sends, AllAsync(sends), cancellationToken);
    }

    /// <summary>Refuses new sends, waits for the receipts of those in flight, and fails the rest.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        bool wait;
        lock (_gate)
        {
            _open.Close();
            wait = (_session is not null || _quiet is not null) && !_scheduler.IsEmpty;
        }

        if (wait && !await Waits.TryAsync(_drained.Task, _options, cancellationToken).ConfigureAwait(false))
            Log.StopTimedOut(_logger, "receipts");
        lock (_gate)
        {
            _open.GiveUpAll("the client was stopped");
            _open.Dispose();
        }
    }

    /// <summary>Completes when the streams and the waits for retries have ended. Await it after the connection is closed.</summary>
    public Task WhenQuiet()
    {
        lock (_gate)
            return Task.WhenAll(_background);
    }

    public void Attach(HubSession session)
    {
        lock (_gate)
        {
            _session = session;
            _scheduler.Connect();
            Follow();
        }
    }

    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _session = null;
            _scheduler.Leave();
            _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Follow();
            return _quiet.Task;
        }
    }

    public void Detach()
    {
        lock (_gate)
        {
            (_session, _quiet, _replaced) = (null, null, null);
            _scheduler.Leave();
            if (_stream is { } stream)
                End(stream, SendOutcome.Again);
        }
    }

    /// <summary>Fails all sends: the client will not connect again.</summary>
    public void Expel(WsmqException reason)
    {
        lock (_gate)
            Leave(_open.Expel(reason));
    }

    /// <summary>The next item of a stream; null where nothing is ready.</summary>
    public SendFrame? NextFrame(SendStream stream)
    {
        lock (_gate)
        {
            if (stream != _stream || !_scheduler.HasReady)
                return null;
            var frame = new SendFrame();
            var filled = _scheduler.TryFill(frame);
            Follow();
            return filled ? frame : null;
        }
    }

    /// <summary>The server has sent results over a stream.</summary>
    public void Answered(SendStream stream, WsmqItemResult[] results)
    {
        lock (_gate)
        {
            if (stream != _stream)
                return;
            foreach (var result in results)
                _scheduler.Answered(result.Number, SendOutcome.From(result));
            Follow();
        }
    }

    /// <summary>The server takes no numbers, and has taken nothing of the stream.</summary>
    public void NumbersRefused(SendStream stream, SendOutcome refusal)
    {
        lock (_gate)
        {
            if (stream != _stream)
                return;
            _stream = null;
            stream.End();
            _scheduler.RefuseNumbers(refusal);
            Follow();
        }
    }

    /// <summary>A stream has ended.</summary>
    public void Ended(SendStream stream, SendOutcome outcome)
    {
        lock (_gate)
        {
            if (stream == _stream)
                End(stream, outcome);
            if (stream != _replaced)
                return;
            _replaced = null;
            Follow();
        }
    }

    private static async Task<bool> AllAsync(IReadOnlyList<PendingSend> sends)
    {
        foreach (var send in sends)
            await ((Task)send.Done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    private async Task<T> WaitAsync<T>(IReadOnlyList<PendingSend> sends, Task<T> done, CancellationToken cancellationToken)
    {
        using var cancelled = cancellationToken.UnsafeRegister((_, token) => Cancel(sends, token), null);
        var result = await done.ConfigureAwait(false);
        return sends.Any(s => s.Done.IsCanceled) ? throw new OperationCanceledException(cancellationToken) : result;
    }

    private void Cancel(IReadOnlyList<PendingSend> sends, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var send in sends)
                send.Cancel(cancellationToken);
            Leave(sends);
        }
    }

    private void Expire()
    {
        lock (_gate)
        {
            while (_open.TakeExpired() is { } send)
                Leave([send]);
        }
    }

    private void Enter(PendingSend send, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            send.Cancel(cancellationToken);
        else if (_open.TryAdd(send))
            _scheduler.Add(send);
    }

    private void Leave(IEnumerable<PendingSend> settled)
    {
        foreach (var send in settled)
            _scheduler.LeaveIfSettled(send);
        Follow();
    }

    private void End(SendStream stream, SendOutcome outcome)
    {
        _stream = null;
        stream.End();
        _scheduler.EndStream(outcome);
        Follow();
    }

    /// <summary>Does what the scheduler decided. The caller holds the lock.</summary>
    private void Follow()
    {
        if (_stream is { } old && _scheduler.NeedsStream)
        {
            (_stream, _replaced) = (null, old);
            old.End();
            _scheduler.EndStream(SendOutcome.NotStored);
        }

        foreach (var retry in _scheduler.TakeRetries())
            Watch(RetryAsync(retry));
        if (_scheduler.HasReady && (_stream ?? Open()) is { } stream)
            stream.Wake();
        if (_quiet is { } quiet && _scheduler.IsQuiet)
            quiet.TrySetResult();
        if (_open.IsClosed && _scheduler.IsEmpty)
            _drained.TrySetResult();
    }

    private SendStream? Open()
    {
        if (_session is not { } session || _replaced is not null)
            return null;
        _stream = new SendStream(session, this, _scheduler.BeginStream());
        Watch(Task.Run(_stream.RunAsync));
        return _stream;
    }

    private void Watch(Task task)
    {
        _background.RemoveAll(t => t.IsCompleted);
        _background.Add(task);
    }

    private async Task RetryAsync(SendRetry retry)
    {
        // Not inside the lock: an app's logger may call anything.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Log.SendsRepeated(_logger, retry.Sequence.To, retry.Delay);
        await Task.Delay(retry.Delay, _options.TimeProvider, _stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
                return;
            _scheduler.Retry(retry);
            Follow();
        }
    }
}
