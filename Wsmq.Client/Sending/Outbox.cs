using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// Carries sends to the server until they have a receipt, a final error, or no time left.
/// </summary>
/// <remarks>
/// <para>Order: sends enter their address's lane synchronously, in the order of the calls, and a connection's only stream in the order
/// in which their lanes let them go. After a lost connection or a refusal that allows a retry, a lane first lets everything under way
/// answer and then repeats all that has no receipt, in order, before anything new. What the ids make harmless is the repeat; what
/// cannot be undone is that a message behind a refused one was already stored: it then stands before it in the log.</para>
/// <para>A send that was written holds one of the outstanding places until it has answered, even if its caller has given up: the
/// server counts it.</para>
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

    /// <summary>Begins a send; its outcome is the task's.</summary>
    public Task<WsmqReceipt> SendAsync(PendingSend send, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Enter(send, cancellationToken);
            AdmitWaiting();
        }

        return cancellationToken.CanBeCanceled && !send.IsSettled ? WaitAsync([send], send.Done, cancellationToken) : send.Done;
    }

    /// <summary>Begins sends one directly behind the other, and completes when all have an outcome; it fails only if cancelled.</summary>
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

    /// <summary>Refuses new sends, waits for the receipts of those under way, and gives up on the rest.</summary>
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

    /// <summary>Attempts to connect begin. Sends may have been waiting for that.</summary>
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

    /// <summary>Nothing can be sent any more.</summary>
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
            send.Refuse(WsmqErrors.ClientClosed, "it was stopped");
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
        return !_started ? $"StartAsync was not called: given up {after}"
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
