using System.Diagnostics.CodeAnalysis;

namespace Wsmq.Server.Publishing;

/// <summary>
/// Holds sends until the authorizer has answered. Only later sends of the same sender queue after a held one, so that their order is kept
/// and a slow answer delays no other sender. Used only by the loop of one lane.
/// </summary>
internal sealed class AuthorizationGate(TimeProvider time)
{
    private readonly Dictionary<string, Queue<QueuedSend>> _held = new(StringComparer.Ordinal);
    private readonly WakeUp _decided = new();

    /// <summary>The number of held sends.</summary>
    public int Count { get; private set; }

    /// <summary>Returns once there may be a send to <see cref="Release"/>.</summary>
    public ValueTask WaitAsync() => _decided.WaitAsync(CancellationToken.None);

    /// <summary>Returns true if the send may be stored now; otherwise it has failed, or is held.</summary>
    public bool TryPass(QueuedSend send)
    {
        if (!_held.TryGetValue(send.Request.Sender, out var queue))
        {
            if (IsDecided(send, out var passed))
                return passed.Value;
            _held.Add(send.Request.Sender, queue = new Queue<QueuedSend>());
            WakeWhenDecided(send);
        }

        queue.Enqueue(send);
        Count++;
        return false;
    }

    /// <summary>
    /// Moves the held sends that are decided and next in order to a batch, as far as it has capacity; returns their bytes.
    /// </summary>
    public int Release(List<QueuedSend> batch, int maxItems, int maxBytes)
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

    /// <summary>Fails all held sends.</summary>
    public void Fail(WsmqException error)
    {
        foreach (var send in _held.Values.SelectMany(q => q))
            send.Refuse(error);
        _held.Clear();
        Count = 0;
    }

    private bool IsDecided(QueuedSend send, [NotNullWhen(true)] out bool? passed)
    {
        passed = null;
        if (!send.Admission.IsCompleted && !send.IsLate(time))
            return false;

        // A message stored long after it was sent could be stored twice: its sender may have timed out, and the deduplication window may be
        // over.
        var refusal = send.Admission.IsCompleted ? send.Admission.Result : null;
        if (refusal is not null && send.IsUndecidedBy(refusal))
            refusal = new WsmqException(WsmqErrors.ServerBusy, "the authorizer could not decide", refusal.InnerException);
        if (send.IsLate(time))
            refusal ??= new WsmqException(WsmqErrors.ServerBusy, "the message waited too long to be stored");
        passed = refusal is null || send.TryUseUp(refusal);
        if (!passed.Value)
            send.Refuse(refusal!);
        return true;
    }

    private void WakeWhenDecided(QueuedSend send)
    {
        if (send.IsWatched)
            return;
        send.IsWatched = true;

        // Timers are coarser than timestamps, and may fire before the send is late: then it is watched again.
        var left = TimeSpan.FromMilliseconds(Math.Ceiling(send.TimeLeft(time).TotalMilliseconds));

        // The wait ends its timer when the answer arrives: a separate delay would live on for the whole timeout of every send.
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
