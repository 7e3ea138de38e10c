namespace Wsmq;

/// <summary>A message between the caller's send and its receipt. Guarded by the sender's lock.</summary>
internal sealed class PendingSend
{
    private readonly TaskCompletionSource<WsmqReceipt> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="to">The address.</param>
    /// <param name="json">The message in its wire form.</param>
    /// <param name="hasOwnId">Whether it contains the id by which the server recognizes a repeat; else see <see cref="SendKeys"/>.</param>
    public PendingSend(string to, ReadOnlyMemory<byte> json, bool hasOwnId = true)
    {
        (To, Json, HasOwnId) = (to, json, hasOwnId);
        (Place, Age) = (new(this), new(this));
    }

    public string To { get; }

    public ReadOnlyMemory<byte> Json { get; }

    public bool HasOwnId { get; }

    /// <summary>The whole message as it is written; the same bytes until it is known not to be stored.</summary>
    public ReadOnlyMemory<byte> Wire { get; private set; }

    /// <summary>The producer in whose name it has a number; null if it has an id.</summary>
    public string? Producer { get; private set; }

    public long Number { get; private set; }

    /// <summary>Whether it has an id, its own or one that the client gave it.</summary>
    public bool HasId => HasOwnId || (Producer is null && !Wire.IsEmpty);

    /// <summary>An attempt has ended without an answer, or with one that leaves it open: a repeat must be recognized.</summary>
    public bool MayBeStored { get; private set; }

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

    /// <summary>Sets by what a server recognizes the message: a field that is written before those of <see cref="Json"/>.</summary>
    public void Identify(string? producer, long number, byte[] field)
    {
        (Producer, Number) = (producer, number);
        Wire = (byte[])[.. field, .. Json.Span[1..]];
    }

    public void Answered(SendOutcome outcome)
    {
        IsInFlight = false;
        MayBeStored |= outcome.IsAgain && !outcome.IsNotStored;

        // Its number is free again, and holds up no window.
        if (outcome.IsAgain && !MayBeStored)
            Number = 0;
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
