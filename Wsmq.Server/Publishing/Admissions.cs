using System.Diagnostics.CodeAnalysis;

namespace Wsmq.Server.Publishing;

/// <summary>
/// Holds sends back until the authorizer has answered. Behind one that waits only its own sender's sends wait, so that their order
/// is kept and a slow answer is nobody else's delay. Used by one lane's loop.
/// </summary>
internal sealed class Admissions(TimeProvider time)
{
    private readonly Dictionary<string, Queue<PendingSend>> _held = new(StringComparer.Ordinal);
    private readonly WakeUp _decided = new();

    /// <summary>How many sends are held.</summary>
    public int Count { get; private set; }

    /// <summary>Returns once there may be something to <see cref="Release"/>.</summary>
    public ValueTask WaitAsync() => _decided.WaitAsync(CancellationToken.None);

    /// <summary>True if the send may be stored now; otherwise it has failed, or is held.</summary>
    public bool TryPass(PendingSend send)
    {
        if (!_held.TryGetValue(send.Request.Sender, out var queue))
        {
            if (IsDecided(send, out var passed))
                return passed.Value;
            _held.Add(send.Request.Sender, queue = new Queue<PendingSend>());
            WakeWhenDecided(send);
        }

        queue.Enqueue(send);
        Count++;
        return false;
    }

    /// <summary>Moves those whose turn has come to a batch, as far as it has room; returns their bytes.</summary>
    public int Release(List<PendingSend> batch, int maxItems, int maxBytes)
    {
        var bytes = 0;
        foreach (var (sender, queue) in _held)
        {
            for (; batch.Count < maxItems && bytes < maxBytes && queue.TryPeek(out var send) && IsDecided(send, out var passed); Count--)
            {
                queue.Dequeue();
                if (!passed.Value)
                    continue;
                batch.Add(send);
                bytes += send.Bytes;
            }

            if (queue.TryPeek(out var next))
                WakeWhenDecided(next);
            else
                _held.Remove(sender);
        }

        return bytes;
    }

    /// <summary>Fails all that are held.</summary>
    public void Fail(WsmqException error)
    {
        foreach (var send in _held.Values.SelectMany(q => q))
            send.Refuse(error);
        _held.Clear();
        Count = 0;
    }

    private bool IsDecided(PendingSend send, [NotNullWhen(true)] out bool? passed)
    {
        passed = null;
        if (!send.Admission.IsCompleted && !send.IsLate(time))
            return false;

        // What is stored long after it was sent could be stored twice: its sender may have given up, and the window may be over.
        var refusal = send.Admission.IsCompleted ? send.Admission.Result : null;
        if (send.IsLate(time))
            refusal ??= new WsmqException(WsmqErrors.ServerBusy, "it waited too long to be stored");
        if (refusal is not null)
            send.Refuse(refusal);
        passed = refusal is null;
        return true;
    }

    private void WakeWhenDecided(PendingSend send)
    {
        if (send.IsWatched)
            return;
        send.IsWatched = true;

        // Timers are coarser than time stamps, and may fire before the send is late: then it is watched once more.
        var left = TimeSpan.FromMilliseconds(Math.Ceiling(send.TimeLeft(time).TotalMilliseconds));

        // The wait ends its timer with the answer: a delay beside it would live on for the whole time of every send.
        _ = send.Admission.AsTask().WaitAsync(left, time).ContinueWith(
            wait =>
            {
                _ = wait.Exception;
                send.IsWatched = false;
                _decided.Set();
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
