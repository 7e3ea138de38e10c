using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// Carries sends to the server until they have a receipt, a final error, or no time left.
/// </summary>
/// <remarks>
/// <para>Order: sends enter their address's lane synchronously, in the order of the calls, and SignalR writes invocations in the order
/// in which they were started. After a lost connection or a refusal that allows a retry, a lane first lets everything under way
/// answer and then repeats all that has no receipt, in order, before anything new. What the ids make harmless is the repeat; what
/// cannot be undone is that a message behind a refused one was already stored: it then stands before it in the log.</para>
/// <para>A send holds one of the outstanding places until it has answered, even if its caller has given up: the server counts it.</para>
/// </remarks>
internal sealed class Outbox(WsmqClientOptions options, ILogger logger, CancellationToken stop) : ISessionUser
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SendLane> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<PendingSend> _waiting = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HubSession? _session;
    private int _outstanding;
    private bool _closed;

    public async Task<Receipt> SendAsync(OutgoingMessage message, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var send = new PendingSend(message);
        lock (_gate)
        {
            if (_closed)
                throw new WsmqException(WsmqErrors.ClientClosed);
            _waiting.Enqueue(send);
            AdmitWaiting();
        }

        using var timeout = new CancellationTokenSource(options.SendTimeout, options.TimeProvider);
        using var expiry = timeout.Token.UnsafeRegister(_ => Abandon(send, () => send.GiveUp($"after {options.SendTimeout}")), null);
        using var cancelled = ct.UnsafeRegister(_ => Abandon(send, () => send.Cancel(ct)), null);
        return await send.Done.ConfigureAwait(false);
    }

    public void Attach(HubSession session)
    {
        lock (_gate)
        {
            _session = session;
            foreach (var lane in _lanes.Values)
            {
                if (lane.InFlight == 0)
                    Reopen(lane);
            }
        }
    }

    public void Detach()
    {
        lock (_gate)
            _session = null;
    }

    /// <summary>Refuses new sends, waits for the receipts of those under way, and gives up on the rest.</summary>
    public async Task CloseAsync(CancellationToken ct)
    {
        bool wait;
        lock (_gate)
        {
            _closed = true;
            wait = _session is not null && (_outstanding > 0 || _waiting.Count > 0);
        }

        if (wait && !await Waits.TryAsync(_drained.Task, options, ct).ConfigureAwait(false))
            Log.StopTimedOut(logger, "receipts");
        lock (_gate)
        {
            foreach (var send in _waiting.Concat(_lanes.Values.SelectMany(l => l.Sends)).ToList())
                send.GiveUp("the client was stopped");
        }
    }

    /// <summary>Everything that was started on behalf of sends; to await once the connection is closed.</summary>
    public Task WhenQuiet()
    {
        lock (_gate)
            return Task.WhenAll(_lanes.Values.SelectMany(l => l.Sends.Select(s => s.Attempt).Append(l.Recovery)).ToList());
    }

    private void AdmitWaiting()
    {
        while (_outstanding < options.MaxOutstandingSends && _waiting.TryDequeue(out var send))
        {
            if (send.IsSettled)
                continue;
            if (!_lanes.TryGetValue(send.To, out var lane))
                _lanes.Add(send.To, lane = new SendLane(send.To));
            _outstanding++;
            send.IsAdmitted = true;
            lane.Add(send);
            Issue(lane);
        }

        if (_closed && _outstanding == 0)
            _drained.TrySetResult();
    }

    private void Issue(SendLane lane)
    {
        if (_session is { } session)
            lane.Issue(send => AttemptAsync(lane, send, session));
    }

    private async Task AttemptAsync(SendLane lane, PendingSend send, HubSession session)
    {
        SendOutcome outcome;
        try
        {
            // Runs under the lock up to its first wait, which takes the message's place in SignalR's order; yielding then keeps an
            // answer that is already there from changing the lane while it is walked.
            var receipt = await session.SendAsync(send.Message).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            outcome = new SendOutcome(receipt, null);
        }
        catch (Exception e)
        {
            outcome = SendOutcome.From(e);
        }

        lock (_gate)
            Answered(lane, send, session, outcome);
    }

    private void Answered(SendLane lane, PendingSend send, HubSession session, SendOutcome outcome)
    {
        lane.Answered(send, outcome);
        if (send.IsSettled)
            Leave(send, lane);
        if (!lane.Draining || lane.InFlight > 0 || _session is null)
            return;
        if (session != _session || lane.IsEmpty)
            Reopen(lane);
        else
            lane.Recovery = RecoverAsync(lane, ++lane.Epoch, options.SendBackoff.Next(lane.Attempts++));
    }

    private async Task RecoverAsync(SendLane lane, int epoch, TimeSpan delay)
    {
        Log.SendsRepeated(logger, lane.To, delay);
        await Task.Delay(delay, options.TimeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
        {
            if (lane.Epoch == epoch && !stop.IsCancellationRequested)
                Reopen(lane);
        }
    }

    private void Reopen(SendLane lane)
    {
        lane.Epoch++;
        lane.Draining = false;
        Issue(lane);
    }

    private void Abandon(PendingSend send, Action settle)
    {
        lock (_gate)
        {
            settle();
            if (send is { IsAdmitted: true, IsInFlight: false } && _lanes.TryGetValue(send.To, out var lane))
                Leave(send, lane);
        }
    }

    private void Leave(PendingSend send, SendLane lane)
    {
        if (!lane.Remove(send))
            return;
        if (lane.IsEmpty)
            _lanes.Remove(lane.To);
        _outstanding--;
        AdmitWaiting();
    }
}
