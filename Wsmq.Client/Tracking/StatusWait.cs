namespace Wsmq;

/// <summary>
/// Waits until a tracked message has reached a state: asks for its status at first, after each event of the message, with each connection, and from
/// time to time, because an event may be lost.
/// </summary>
/// <param name="ask">Asks the server for the status.</param>
/// <param name="events">The events of the client.</param>
/// <param name="time">The clock.</param>
internal sealed class StatusWait(Func<CancellationToken, Task<WsmqMessageStatus?>> ask, ClientEvents events, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly WakeUp _wakeUp = new();

    /// <summary>The position or the id of the message.</summary>
    public required string Position { private get; init; }

    public required string Id { private get; init; }

    public required string To { private get; init; }

    /// <summary>Whether the message may wait for its time: until then it has no status.</summary>
    public required bool MayWait { private get; init; }

    /// <summary>Returns the status in which the message has reached the state, or another one that is final.</summary>
    /// <exception cref="WsmqException">A refusal; <c>invalid-message</c>: the message has no status.</exception>
    public async Task<WsmqMessageStatus> RunAsync(WsmqDeliveryState state, CancellationToken cancellationToken)
    {
        events.StatusChanged += OnStatus;
        events.StateChanged += OnState;
        try
        {
            while (true)
            {
                var status = await ask(cancellationToken).ConfigureAwait(false);
                if (status is null && !MayWait)
                    throw new WsmqException(WsmqErrors.InvalidMessage, "the message is not tracked, or its status is not stored any more");
                if (status is not null && (status.IsFinal || status.State >= state))
                    return status;
                await _wakeUp.WaitAsync(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            events.StatusChanged -= OnStatus;
            events.StateChanged -= OnState;
        }
    }

    private void OnStatus(object? sender, WsmqStatusChangedEventArgs e)
    {
        if (e.Status.To == To && (Position.Length > 0 ? e.Status.Position == Position : e.Status.Id == Id))
            _wakeUp.Set();
    }

    private void OnState(object? sender, WsmqStateChangedEventArgs e)
    {
        if (e.Current == WsmqClientState.Connected)
            _wakeUp.Set();
    }
}
