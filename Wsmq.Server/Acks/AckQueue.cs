using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;
using Wsmq.Server.Tracking;

namespace Wsmq.Server.Acks;

/// <summary>
/// Coalesces the acks of a node: acks that arrive while the store is busy are stored in one batch, with only the highest position of each
/// reader (source, user and device). A failed ack is retried even after its caller received the error: losing it would only cause
/// redelivery, but retrying is cheaper.
/// </summary>
internal sealed class AckQueue(
    IStore store, DeliveryMarks marks, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<AckQueue> logger)
    : Worker, INodePart
{
    // Redis serves nobody else while it runs a script: a burst of acks, such as those of all members of a group, must not delay messages.
    private const int MaxBatch = 32;

    // After a batch of this many readers the loop pauses, so that more acks of the same reader coalesce. The in-flight window is freed
    // before its ack is stored, so only a caller that awaits an ack notices the pause.
    private const int Busy = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Backoff _backoff = new(time);
    private Dictionary<Reader, Pending> _pending = [];
    private Dictionary<Reader, Pending> _spare = [];
    private volatile bool _stopping;
    private bool _ended;

    private readonly record struct Reader(WsmqAddress Source, string User, string Device);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Begin();
        return Task.CompletedTask;
    }

    /// <summary>Completes once the cursor is stored.</summary>
    /// <exception cref="WsmqException">
    /// <c>store-unavailable</c>, <c>store-corrupt</c>, <c>ack-beyond-tail</c>, <c>read-not-allowed</c> or <c>stopping</c>.
    /// </exception>
    public Task Enqueue(AckRequest ack)
    {
        Task stored;
        lock (_lock)
        {
            if (_ended)
                throw new WsmqException(WsmqErrors.Stopping);
            var reader = new Reader(ack.Source, ack.User, ack.Device);
            if (!_pending.TryGetValue(reader, out var pending))
                _pending.Add(reader, pending = new Pending());
            pending.Position = WsmqPosition.Max(pending.Position, ack.Position);
            stored = pending.Task;
        }

        Wake();
        return stored;
    }

    /// <summary>Returns once all pending acks are stored. Those that the store has not accepted within the send timeout fail.</summary>
    public async Task StopAsync()
    {
        _stop.CancelAfter(options.Value.Publish.SendTimeout);
        _stopping = true;
        await EndAsync();

        // What was added since the last run began.
        if (!_stop.IsCancellationRequested)
            await RunAsync();
        End();
        _stop.Dispose();
    }

    protected override async ValueTask RunAsync()
    {
        try
        {
            while (Take() is { Count: > 0 } acks)
            {
                var count = acks.Count;
                await StoreAsync(acks);
                if (count >= Busy && !_stopping)
                    await Task.Delay(Pause, time, _stop.Token);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The store stayed unavailable until the stop: the entries of these acks are redelivered.
        }
        catch
        {
            // Not even the failure could be logged. No caller may await its ack indefinitely, and no run may throw.
            End();
        }
    }

    // No caller may await its ack indefinitely.
    private void End()
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var ack in _pending.Values)
                ack.Fail(new WsmqException(WsmqErrors.Stopping));
        }
    }

    private Dictionary<Reader, Pending> Take()
    {
        lock (_lock)
        {
            (var taken, _pending) = (_pending, _spare);
            return _spare = taken;
        }
    }

    private async Task StoreAsync(Dictionary<Reader, Pending> acks)
    {
        var all = acks.ToArray();
        acks.Clear();
        for (var start = 0; start < all.Length; start += MaxBatch)
        {
            try
            {
                if (!await TryStoreAsync(all.AsMemory(start)))
                    return;
            }
            catch
            {
                foreach (var (_, ack) in all.AsSpan(start))
                    ack.Fail(new WsmqException(WsmqErrors.Stopping));
                throw;
            }
        }
    }

    // Stores the first acks of those left, as many as go into one call. False if the store failed: all that are left are kept for later, and
    // their callers do not wait for a failure of each call. Throws once the stop has cancelled it.
    private async Task<bool> TryStoreAsync(ReadOnlyMemory<KeyValuePair<Reader, Pending>> left)
    {
        var part = left[..Math.Min(MaxBatch, left.Length)];
        try
        {
            // They tell what of that which is acknowledged was delivered.
            var requests = Requests(part.Span);
            await marks.WhenStored(requests).WaitAsync(_stop.Token);
            var results = await store.MessageLog.AckAsync(requests, _stop.Token);
            Complete(part.Span, results);
            metrics.Acknowledged(part.Length);
            _backoff.Reset();
            return true;
        }
        catch (Exception e)
        {
            var delay = _backoff.Next();
            Log.AckFailed(logger, e, left.Length, delay);
            KeepForLater(left.Span, e);
            await _backoff.WaitAsync(delay, _stop.Token);
            return false;
        }
    }

    private static AckRequest[] Requests(ReadOnlySpan<KeyValuePair<Reader, Pending>> acks)
    {
        var requests = new AckRequest[acks.Length];
        for (var i = 0; i < requests.Length; i++)
        {
            var (reader, ack) = acks[i];
            requests[i] = new AckRequest(reader.Source, reader.User, reader.Device, ack.Position);
        }

        return requests;
    }

    private static void Complete(ReadOnlySpan<KeyValuePair<Reader, Pending>> acks, AckResult[] results)
    {
        for (var i = 0; i < results.Length; i++)
            Complete(acks[i].Value, results[i]);
    }

    private static void Complete(Pending ack, AckResult result)
    {
        var error = result switch
        {
            AckResult.BeyondTail => WsmqErrors.AckBeyondTail,
            AckResult.NoReader => WsmqErrors.ReadNotAllowed,
            AckResult.Corrupt => WsmqErrors.StoreCorrupt,
            _ => null,
        };
        if (error is null)
            ack.TrySetResult();
        else
            ack.Fail(new WsmqException(error));
    }

    private void KeepForLater(ReadOnlySpan<KeyValuePair<Reader, Pending>> acks, Exception cause)
    {
        lock (_lock)
        {
            foreach (var (reader, ack) in acks)
            {
                ack.Fail(new WsmqException(WsmqErrors.StoreUnavailable, innerException: cause));
                if (!_pending.TryGetValue(reader, out var later))
                    _pending.Add(reader, later = new Pending());
                later.Position = WsmqPosition.Max(later.Position, ack.Position);
            }
        }
    }

    private sealed class Pending() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public WsmqPosition Position { get; set; }

        public void Fail(WsmqException error)
        {
            TrySetException(error);

            // Marks the exception as observed: an ack that was sent and not invoked has no caller that awaits it.
            _ = Task.Exception;
        }
    }
}
