using System.Globalization;
using Wsmq.Server.Limits;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>
/// A message in flight to the log. It is authorized while it waits at its position in the queue: authorizing first and queueing afterwards
/// would reorder a sender's messages. It is settled once, with a receipt or an error.
/// </summary>
internal abstract class QueuedSend(AppendRequest request, ValueTask<WsmqException?> admission, SessionLimits? sender)
{
    private long _since;
    private long _deadline;
    private ByteBudget? _budget;
    private int _settled;
    private WsmqException? _refusal;

    public AppendRequest Request { get; private set; } = request;

    /// <summary>The result of the authorization: null, or why the sender may not send this.</summary>
    public ValueTask<WsmqException?> Admission { get; } = admission.Preserve();

    /// <summary>Whether a wake-up at the end of the authorization is registered already.</summary>
    public bool IsWatched { get; set; }

    public int Bytes => Request.Bytes;

    /// <summary>Whether the app sends this by itself, and not for a user, or it is due after a delay.</summary>
    public bool IsOfServer { get; } = request.Sender == MessageRules.AppScope || request.Delay?.Waited is not null;

    /// <summary>Reserves the bytes of the message in the budget of the node; they are returned when it is settled.</summary>
    public bool TryReserve(ByteBudget budget)
    {
        if (!budget.TryTake(Bytes))
            return false;
        _budget = budget;
        return true;
    }

    /// <summary>Starts the timeout of the send. Only the first call counts: the time before the store had started is part of it.</summary>
    public void StartClock(TimeProvider time, TimeSpan patience)
    {
        if (_deadline != 0)
            return;
        _since = time.GetTimestamp();
        _deadline = _since + (long)(patience.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>How long the send had been waiting at a moment.</summary>
    public TimeSpan Waited(TimeProvider time, long timestamp) => time.GetElapsedTime(_since, timestamp);

    /// <summary>How long until the send fails because it is late.</summary>
    public TimeSpan TimeLeft(TimeProvider time) => IsLate(time) ? TimeSpan.Zero : time.GetElapsedTime(time.GetTimestamp(), _deadline);

    public bool IsLate(TimeProvider time) => _deadline <= time.GetTimestamp();

    /// <summary>
    /// Settles the send with the decision of the store: the message is stored, or refused because its address is corrupt or would exceed
    /// the limit of new addresses, or because the store cannot tell whether it is stored already.
    /// </summary>
    public void Decided(AppendResult result)
    {
        if (RefusalOf(result) is { } refusal)
            Failed(refusal);
        else if (TrySettle(result))
            OnStored(result);
    }

    /// <summary>
    /// The message is refused. If that is for good and it has a place in a sequence, the refusal goes to the store in its place, where it uses up
    /// the number; false if it is to fail at once.
    /// </summary>
    public bool TryUseUp(WsmqException refusal)
    {
        if (refusal.Error.CanRetry || Request.Log is not { Sequence: { } sequence } terms)
            return false;
        _refusal = refusal;
        Request = Request with { Log = terms with { Sequence = sequence with { Refusal = refusal.Error.Number } } };
        return true;
    }

    /// <summary>
    /// Whether a refusal of the authorizer decides nothing about a message with a place in a sequence: the authorizer has failed, or the connection
    /// has ended meanwhile. The sender repeats such a message, and its number is free for that.
    /// </summary>
    public bool IsUndecidedBy(WsmqException refusal) =>
        !refusal.Error.CanRetry && refusal.InnerException is not null && Request.Log?.Sequence is not null;

    public void Failed(WsmqException error)
    {
        if (TrySettle())
            OnFailed(error);
    }

    /// <summary>Fails the send alone, and flushes: nothing else is settled together with it.</summary>
    public void Refuse(WsmqException error)
    {
        Failed(error);
        Flush();
    }

    /// <summary>The batch is settled: flush buffered results.</summary>
    public virtual void Flush()
    {
    }

    protected abstract void OnStored(AppendResult result);

    protected abstract void OnFailed(WsmqException error);

    // Null if it is stored, or waits.
    private WsmqException? RefusalOf(AppendResult result) => result switch
    {
        { IsCorrupt: true } => new WsmqException(WsmqErrors.StoreCorrupt),
        { IsQueueFull: true } => new WsmqException(WsmqErrors.QueueFull),
        { IsTooManyWaiting: true } => new WsmqException(WsmqErrors.TooManyDelayed),

        // A client may send to addresses that it may not read.
        { IsConflict: true } => new WsmqException(WsmqErrors.PositionConflict, sender is null ? $"the tail is {result.Position}" : null),
        { IsTooManyTracked: true } => new WsmqException(WsmqErrors.TooManyTracked),
        { IsStateFull: true } => new WsmqException(WsmqErrors.TooMuchState),
        { IsTooManySequences: true } => new WsmqException(WsmqErrors.TooManySequences),
        { UsedUpBy: { } number } => number == _refusal?.Error.Number
            ? _refusal
            : new WsmqException(WsmqErrors.ByNumber(number) ?? WsmqErrors.OutOfSequence, "the message of this number was refused before"),

        // The first attempt of this node may have stored it.
        { IsOutOfSequence: true, IsOwnRepeat: true } =>
            new WsmqException(WsmqErrors.StoreUnavailable, "the store cannot tell whether it has the message"),
        { IsOutOfSequence: true } =>
            new WsmqException(WsmqErrors.OutOfSequence, DetailOf(result)),
        { Refused: true } => sender?.RefuseCreation(),
        _ => null,
    };

    private static string DetailOf(AppendResult result) =>
        result.IsFenced ? "another one has the name of the producer: a higher epoch has sent"
        : result.IsNumberTaken ? "another one has the name of the producer: another message has the number"
        : result.LastNumber is { } last ? string.Create(CultureInfo.InvariantCulture, $"the last number known is {last}")
        : "the number is too low";

    // Two callers may race: a send that waits for capacity in the queue may time out while the lane fails all that is left.
    private bool TrySettle(in AppendResult? result = null)
    {
        if (Interlocked.Exchange(ref _settled, 1) != 0)
            return false;
        _budget?.Return(Bytes);
        sender?.EndSend(Request, result);
        return true;
    }
}
