namespace Wsmq;

/// <summary>A message between the caller's send and its receipt. Guarded by the sender's lock.</summary>
internal sealed class PendingSend
{
    private readonly TaskCompletionSource<WsmqReceipt> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="to">The address.</param>
    /// <param name="json">The whole message in its wire form; the same bytes are sent at every attempt.</param>
    public PendingSend(string to, ReadOnlyMemory<byte> json)
    {
        (To, Json) = (to, json);
        (Place, Age) = (new(this), new(this));
    }

    public string To { get; }

    public ReadOnlyMemory<byte> Json { get; }

    public Task<WsmqReceipt> Done => _done.Task;

    public bool IsSettled => _done.Task.IsCompleted;

    /// <summary>Its node in the queue where it waits: first the scheduler's, then its sequence's.</summary>
    public LinkedListNode<PendingSend> Place { get; }

    /// <summary>Its node in the list of all sends without an outcome, oldest first.</summary>
    public LinkedListNode<PendingSend> Age { get; }

    /// <summary>The timestamp of the app's call.</summary>
    public long Since { get; set; }

    /// <summary>The sequence that it is in; null while it waits to be admitted, and once it has left.</summary>
    public SendSequence? Sequence { get; set; }

    public bool IsInFlight { get; set; }

    /// <summary>Whether it was written to a connection at least once: without a receipt it may or may not be stored.</summary>
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
