namespace Wsmq;

/// <summary>A message between the caller's send and its receipt. Guarded by the outbox's lock.</summary>
internal sealed class PendingSend
{
    private readonly TaskCompletionSource<WsmqReceipt> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="to">The address.</param>
    /// <param name="json">The whole message as it goes over the wire, however often.</param>
    public PendingSend(string to, ReadOnlyMemory<byte> json)
    {
        (To, Json) = (to, json);
        (Place, Age) = (new(this), new(this));
    }

    public string To { get; }

    public ReadOnlyMemory<byte> Json { get; }

    public Task<WsmqReceipt> Done => _done.Task;

    public bool IsSettled => _done.Task.IsCompleted;

    /// <summary>Where it waits: in front of the outbox, and then in its lane.</summary>
    public LinkedListNode<PendingSend> Place { get; }

    /// <summary>Its place among all that have no outcome yet, oldest first.</summary>
    public LinkedListNode<PendingSend> Age { get; }

    /// <summary>When the app began it.</summary>
    public long Since { get; set; }

    /// <summary>The lane that it is in, and null in front of the outbox and once it has left.</summary>
    public SendLane? Lane { get; set; }

    public bool IsInFlight { get; set; }

    /// <summary>It was written to a connection at least once: without a receipt nobody knows whether it is stored.</summary>
    public bool WasAttempted { get; set; }

    public void Answered(SendOutcome outcome)
    {
        IsInFlight = false;
        if (outcome.Receipt is { } receipt)
            _done.TrySetResult(receipt);
        else if (outcome.Error is { } error)
            _done.TrySetException(error);
    }

    public void Refuse(WsmqError error, string? detail = null) => _done.TrySetException(new WsmqException(error, detail));

    public void Refuse(WsmqException error) => _done.TrySetException(error);

    public void GiveUp(string detail) => Refuse(WasAttempted ? WsmqErrors.OutcomeUnknown : WsmqErrors.ClientClosed, detail);

    public void Cancel(CancellationToken cancellationToken) => _done.TrySetCanceled(cancellationToken);
}
