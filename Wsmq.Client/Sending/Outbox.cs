using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// Sends messages to the server, with retries, until each has a receipt or a final error, or has reached its time-out.
/// </summary>
/// <remarks>
/// <para>Order: a send enters the lane of its address synchronously, in the order of the calls, and the connection's only stream in
/// the order in which the lanes issue them. After a lost connection or a refusal with a retry, a lane waits for the results of all sends
/// in flight, and then repeats those without a receipt, in order, before any new send. The ids make the repeat harmless. One reordering
/// cannot be prevented: a message sent after a refused one may be stored already, and is then before it in the log.</para>
/// <para>A send that was written occupies one of the outstanding slots until it has a result, even if its caller has cancelled: the
/// server counts it as in flight.</para>
/// </remarks>
internal sealed partial class Outbox : ISessionUser
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SendLane> _lanes = new(StringComparer.Ordinal);
    private readonly LinkedList<PendingSend> _waiting = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WsmqClientOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationToken _stop;
    private readonly OpenSends _open;
    private int _outstanding;
    private bool _closed;
    private WsmqException? _expelled;
    private bool _started;
    private string? _connectFailure;

    public Outbox(WsmqClientOptions options, ILogger logger, CancellationToken stop)
    {
        (_options, _logger, _stop) = (options, logger, stop);
        _open = new OpenSends(options, Expire);
    }

    /// <summary>Starts a send; the task has its outcome.</summary>
    public Task<WsmqReceipt> SendAsync(PendingSend send, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Enter(send, cancellationToken);
            AdmitWaiting();
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
            AdmitWaiting();
        }

        return WaitAsync(sends, AllAsync(sends), cancellationToken);
    }

    /// <summary>Refuses new sends, waits for the receipts of those in flight, and fails the rest.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        bool wait;
        lock (_gate)
        {
            _closed = true;
            wait = (_session is not null || _quiet is not null) && (_outstanding > 0 || _waiting.Count > 0);
        }

        if (wait && !await Waits.TryAsync(_drained.Task, _options, cancellationToken).ConfigureAwait(false))
            Log.StopTimedOut(_logger, "receipts");
        lock (_gate)
        {
            foreach (var send in _open.All)
                send.GiveUp("the client was stopped");
            _open.Dispose();
        }
    }

    /// <summary>Called when the client was started. Sends may have waited for it.</summary>
    public void Started()
    {
        lock (_gate)
            _started = true;
    }

    public void ConnectFailed(string cause)
    {
        lock (_gate)
            _connectFailure = cause;
    }

    /// <summary>Fails all sends: the client will not connect again.</summary>
    public void Expel(WsmqException reason)
    {
        lock (_gate)
        {
            _expelled = reason;
            foreach (var send in _open.All.ToArray())
            {
                if (send.WasAttempted)
                    send.GiveUp(reason.Error.Code);
                else
                    send.Refuse(reason.Again());
                LeaveIfSettled(send);
            }
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

    private void Enter(PendingSend send, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            send.Cancel(cancellationToken);
        else if (_closed)
            send.Refuse(WsmqErrors.ClientClosed, "the client was stopped");
        else if (_expelled is { } expelled)
            send.Refuse(expelled.Again());
        else if (!_open.TryAdd(send))
            send.Refuse(WsmqErrors.TooManySends, $"the client's {nameof(_options.MaxBufferedBytes)} is {_options.MaxBufferedBytes}");
        else
            _waiting.AddLast(send.Place);
    }

    private void Cancel(IReadOnlyList<PendingSend> sends, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var send in sends)
            {
                send.Cancel(cancellationToken);
                LeaveIfSettled(send);
            }
        }
    }

    private void Expire()
    {
        lock (_gate)
        {
            while (_open.Expired() is { } send)
            {
                send.GiveUp(WhyLate());
                LeaveIfSettled(send);
            }
        }
    }

    private string WhyLate()
    {
        var after = $"after {nameof(_options.SendTimeout)}, {_options.SendTimeout}";
        return !_started ? $"StartAsync was not called: timed out {after}"
            : _connectFailure is { } cause ? $"no connection {after}: {cause}"
            : after;
    }

    private void AdmitWaiting()
    {
        while (_outstanding < _options.MaxOutstandingSends && _waiting.First is { } first)
        {
            _waiting.Remove(first);
            _outstanding++;
            var send = first.Value;
            if (!_lanes.TryGetValue(send.To, out var lane))
                _lanes.Add(send.To, lane = new SendLane(send.To));
            lane.Add(send);
            if (!lane.Draining)
                Issue(lane, send);
        }

        if (_closed && _outstanding == 0)
            _drained.TrySetResult();
    }

    private void LeaveIfSettled(PendingSend send)
    {
        if (!send.IsSettled)
            return;
        _open.Remove(send);
        if (send.IsInFlight)
            return;
        if (send.Lane is not { } lane)
        {
            send.Place.List?.Remove(send.Place);
            return;
        }

        lane.Remove(send);
        if (lane.IsEmpty)
            _lanes.Remove(lane.To);
        _outstanding--;
        AdmitWaiting();
    }
}
