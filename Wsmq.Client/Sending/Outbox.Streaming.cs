namespace Wsmq;

/// <content>Issuing sends to the connection's stream, and retries.</content>
internal sealed partial class Outbox
{
    private HubSession? _session;
    private SendStream? _stream;
    private Task _streaming = Task.CompletedTask;
    private TaskCompletionSource? _quiet;

    public void Attach(HubSession session)
    {
        lock (_gate)
        {
            (_session, _connectFailure) = (session, null);
            foreach (var lane in _lanes.Values)
                Reopen(lane);
        }
    }

    // From here on, new sends wait for the next connection.
    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _session = null;
            _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            LookForQuiet();
            return _quiet.Task;
        }
    }

    public void Detach()
    {
        lock (_gate)
        {
            _session = null;
            _quiet = null;
            if (_stream is { } stream)
                Ended(stream, SendOutcome.Again);
        }
    }

    /// <summary>Completes when all streams and retry waits have ended. Await it after the connection is closed.</summary>
    public Task WhenQuiet()
    {
        lock (_gate)
            return Task.WhenAll([_streaming, .. _lanes.Values.Select(l => l.Recovery)]);
    }

    /// <summary>Called when the stream has a result for a send, or did not write it. The caller holds the lock.</summary>
    public void Answered(PendingSend send, SendOutcome outcome)
    {
        var lane = send.Lane!;
        lane.Answered(send, outcome);
        LeaveIfSettled(send);
        LookForQuiet();
        if (!lane.Draining || lane.InFlight > 0 || _session is null)
            return;
        if (lane.IsEmpty)
            Reopen(lane);
        else
            lane.Recovery = RecoverAsync(lane, ++lane.Epoch, Waits.Longer(_options.SendBackoff.Next(lane.Attempts++), lane.RetryAfter));
    }

    /// <summary>Called when the stream has ended: sends without a result go over the next one. The caller holds the lock.</summary>
    public void Ended(SendStream stream, SendOutcome outcome)
    {
        if (stream != _stream)
            return;
        _stream = null;
        var left = stream.End();
        // All lanes first, before one send leaves and frees capacity: a send that is admitted then must not overtake the others.
        foreach (var (send, _) in left)
            send.Lane!.Draining = true;
        foreach (var (send, wasWritten) in left)
            Answered(send, wasWritten ? outcome : SendOutcome.Again);
    }

    private void LookForQuiet()
    {
        if (_quiet is { } quiet && _lanes.Values.All(l => l.InFlight == 0))
            quiet.TrySetResult();
    }

    private void Issue(SendLane lane, PendingSend send)
    {
        if (_session is not { } session)
            return;
        if (_stream is null)
        {
            _stream = new SendStream(session, this, _gate);
            _streaming = StreamAsync(_stream, _streaming);
        }

        lane.Began(send);
        _stream.Enqueue(send);
    }

    private static async Task StreamAsync(SendStream stream, Task before)
    {
        await Task.Run(stream.RunAsync).ConfigureAwait(false);
        await before.ConfigureAwait(false);
    }

    private void Reopen(SendLane lane)
    {
        lane.Epoch++;
        lane.Draining = false;
        lane.RetryAfter = TimeSpan.Zero;
        foreach (var send in lane.Sends)
            Issue(lane, send);
    }

    private async Task RecoverAsync(SendLane lane, int epoch, TimeSpan delay)
    {
        Log.SendsRepeated(_logger, lane.To, delay);
        await Task.Delay(delay, _options.TimeProvider, _stop)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
        {
            if (lane.Epoch == epoch && !_stop.IsCancellationRequested)
                Reopen(lane);
        }
    }
}
