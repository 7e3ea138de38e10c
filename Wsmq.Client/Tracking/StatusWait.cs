namespace Wsmq;

/// <summary>
/// Waits until a tracked message has reached a state: asks for its status at first, after each event of the message, with each connection, and from
/// time to time, because an event may be lost.
/// </summary>
/// <param name="ask">Asks the server for the status.</param>
/// <param name="events">The events of the client.</param>
/// <param name="runs">Whether the client has not been stopped for good: without a connection it then waits for the next one.</param>
/// <param name="time">The clock.</param>
internal sealed class StatusWait(Func<CancellationToken, Task<WsmqMessageStatus?>> ask, ClientEvents events, Func<bool> runs, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly WakeUp _wakeUp = new();

    /// <summary>The position or the id of the message.</summary>
    public required string Position { private get; init; }

    public required string Id { private get; init; }

    public required string To { private get; init; }

    /// <summary>Until when the message may wait for its time, and have no status; null if it was stored at once.</summary>
    public required DateTimeOffset? WaitsUntil { private get; init; }

    /// <summary>Until when the message of a receipt may wait.</summary>
    public static DateTimeOffset? WaitOf(WsmqReceipt receipt)
    {
        // A repeat of a message that waits has neither a position nor a time. A time is by the clock of the server, which may differ from this
        // one, and a message that is due may wait for its turn.
        var isKnown = receipt.Position.Length > 0 || !receipt.Duplicate;
        return receipt.DueAt is { } due ? due + Patience : isKnown ? null : DateTimeOffset.MaxValue;
    }

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
                var mayWait = time.GetUtcNow() < WaitsUntil;
                if (await TryAskAsync(mayWait, cancellationToken).ConfigureAwait(false) is { } status && (status.IsFinal || status.State >= state))
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

    // Null if there is no status yet, or no answer for now.
    private async Task<WsmqMessageStatus?> TryAskAsync(bool mayWait, CancellationToken cancellationToken)
    {
        try
        {
            if (await ask(cancellationToken).ConfigureAwait(false) is { } status)
                return status;
        }
        catch (WsmqException e) when (runs() && IsOfNow(e.Error))
        {
            return null;
        }

        return mayWait ? null
            : throw new WsmqException(WsmqErrors.InvalidMessage, "the message is not tracked, was cancelled, or its status is not stored any more");
    }

    private static bool IsOfNow(WsmqError error) =>
        error == WsmqErrors.ClientClosed || error == WsmqErrors.OutcomeUnknown || HubRefusal.IsTemporary(error);

    private void OnStatus(object? sender, WsmqStatusChangedEventArgs e)
    {
        if (e.Status.To == To && (Position.Length > 0 ? e.Status.Position == Position : e.Status.Id == Id))
            _wakeUp.Set();
    }

    private void OnState(object? sender, WsmqStateChangedEventArgs e)
    {
        if (e.Current is WsmqClientState.Connected or WsmqClientState.Stopped)
            _wakeUp.Set();
    }
}
