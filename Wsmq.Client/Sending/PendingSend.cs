namespace Wsmq;

/// <summary>A message between the caller's send and its receipt.</summary>
internal sealed class PendingSend(OutgoingMessage message)
{
    private readonly TaskCompletionSource<Receipt> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OutgoingMessage Message { get; } = message;

    public string To => Message.To!;

    public Task<Receipt> Done => _done.Task;

    public bool IsSettled => _done.Task.IsCompleted;

    /// <summary>It waits in a lane, and not in front of the outbox.</summary>
    public bool IsAdmitted { get; set; }

    public bool IsInFlight { get; private set; }

    /// <summary>It was written to a connection at least once: without a receipt nobody knows whether it is stored.</summary>
    public bool WasAttempted { get; private set; }

    /// <summary>The attempt under way; it ends by itself and never fails.</summary>
    public Task Attempt { get; private set; } = Task.CompletedTask;

    public void Start(Func<PendingSend, Task> attempt)
    {
        (IsInFlight, WasAttempted) = (true, true);
        Attempt = attempt(this);
    }

    public void Answered(SendOutcome outcome)
    {
        IsInFlight = false;
        if (outcome.Receipt is { } receipt)
            _done.TrySetResult(receipt);
        else if (outcome.Error is { } error)
            _done.TrySetException(error);
    }

    public void GiveUp(string detail) =>
        _done.TrySetException(new WsmqException(WasAttempted ? WsmqErrors.OutcomeUnknown : WsmqErrors.ClientClosed, detail));

    public void Cancel(CancellationToken ct) => _done.TrySetCanceled(ct);
}
