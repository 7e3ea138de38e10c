using Wsmq.Server.Limits;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Publishing;

/// <summary>
/// A message on its way into the log. The admission runs while the message waits in its place: deciding first and queueing
/// afterwards would reorder a sender's messages. It is settled once, with a receipt or an error.
/// </summary>
internal abstract class PendingSend(AppendRequest request, ValueTask<WsmqException?> admission, SessionLimits? sender)
{
    private long _deadline;
    private ByteBudget? _budget;
    private int _settled;

    public AppendRequest Request { get; } = request;

    /// <summary>Null, or why the sender may not send this.</summary>
    public ValueTask<WsmqException?> Admission { get; } = admission.Preserve();

    /// <summary>Whether somebody waits for the admission already.</summary>
    public bool IsWatched { get; set; }

    public int Bytes => Request.Bytes;

    /// <summary>Takes its share of what the node may hold; given back when it is settled.</summary>
    public bool TryReserve(ByteBudget budget)
    {
        if (!budget.TryTake(Bytes))
            return false;
        _budget = budget;
        return true;
    }

    /// <summary>The first call counts: the time before the store had started is part of the sender's patience.</summary>
    public void StartClock(TimeProvider time, TimeSpan patience)
    {
        if (_deadline == 0)
            _deadline = time.GetTimestamp() + (long)(patience.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>How long until the sender is to hear that it failed.</summary>
    public TimeSpan TimeLeft(TimeProvider time) => IsLate(time) ? TimeSpan.Zero : time.GetElapsedTime(time.GetTimestamp(), _deadline);

    public bool IsLate(TimeProvider time) => _deadline <= time.GetTimestamp();

    /// <summary>The store has decided: it has the message, or refuses it, because its address would be a new one too many or is damaged.</summary>
    public void Decided(AppendResult result)
    {
        if (result.IsDamaged)
        {
            Failed(new WsmqException(WsmqErrors.StoreCorrupt));
            return;
        }

        if (result.Refused && sender is not null)
        {
            Failed(sender.RefuseCreation());
            return;
        }

        if (TrySettle(result))
            OnStored(result);
    }

    public void Failed(WsmqException error)
    {
        if (TrySettle())
            OnFailed(error);
    }

    /// <summary>Fails alone: nothing else is settled together with it.</summary>
    public void Refuse(WsmqException error)
    {
        Failed(error);
        Flush();
    }

    /// <summary>All that is settled together with this one is: whoever passes results on may do so now.</summary>
    public virtual void Flush()
    {
    }

    protected abstract void OnStored(AppendResult result);

    protected abstract void OnFailed(WsmqException error);

    // A send that waited for room may be given up while the lane fails all that is left.
    private bool TrySettle(in AppendResult? result = null)
    {
        if (Interlocked.Exchange(ref _settled, 1) != 0)
            return false;
        _budget?.Return(Bytes);
        sender?.EndSend(Request, result);
        return true;
    }
}
