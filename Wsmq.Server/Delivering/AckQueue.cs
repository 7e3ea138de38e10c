using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>
/// The acknowledgements of a node, coalesced: what came while the store was busy goes there together, and of one device and
/// source only the highest. One that could not be stored is tried again, also when its caller was told that it failed: losing it
/// would only mean to deliver again, but keeping it is cheaper.
/// </summary>
internal sealed class AckQueue(
    IStore store, IOptions<WsmqOptions> options, TimeProvider time, WsmqMetrics metrics, ILogger<AckQueue> logger)
{
    private const int MaxBatch = 256;

    // Where this many readers acknowledge at a time, a pause lets more acks of each fall together. A window is free before its ack
    // is stored, so nobody but who waits for the completion of an ack can notice.
    private const int Busy = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly WakeUp _wake = new();
    private readonly CancellationTokenSource _stop = new();
    private Dictionary<Reader, Pending> _pending = [];
    private Dictionary<Reader, Pending> _spare = [];
    private Task _loop = Task.CompletedTask;
    private volatile bool _stopping;
    private bool _ended;

    private readonly record struct Reader(WsmqAddress Source, string User, string Device);

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Completes once the cursor is stored.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>, <c>ack-beyond-tail</c>, <c>read-not-allowed</c> or <c>stopping</c>.</exception>
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

        _wake.Set();
        return stored;
    }

    /// <summary>Returns once what was taken is stored, or once the store has not taken it for the send time-out.</summary>
    public async Task StopAsync()
    {
        _stop.CancelAfter(options.Value.SendTimeout);
        _stopping = true;
        _wake.Set();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(time);
        try
        {
            while (true)
            {
                await _wake.WaitAsync(_stop.Token);
                while (Take() is { Count: > 0 } acks)
                {
                    var count = acks.Count;
                    await StoreAsync(acks, backoff);
                    if (count >= Busy && !_stopping)
                        await Task.Delay(Pause, time, _stop.Token);
                }

                if (_stopping)
                    return;
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The store was away until the end: these messages are delivered again.
        }
        finally
        {
            End();
        }
    }

    // Whoever still waits may not wait for ever.
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

    private async Task StoreAsync(Dictionary<Reader, Pending> acks, Backoff backoff)
    {
        var all = acks.ToArray();
        acks.Clear();
        for (var start = 0; start < all.Length; start += MaxBatch)
        {
            var part = all.AsMemory(start, Math.Min(MaxBatch, all.Length - start));
            try
            {
                var results = await store.Log.AckAsync(Requests(part.Span), _stop.Token);
                Complete(part.Span, results);
                metrics.Acknowledged(part.Length);
                backoff.Reset();
            }
            catch (Exception e)
            {
                var delay = backoff.Next();
                Log.AckFailed(logger, e, part.Length, delay);
                KeepForLater(part.Span, e);
                await backoff.WaitAsync(delay, _stop.Token);
                _wake.Set();
            }
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
            AckResult.Damaged => WsmqErrors.StoreCorrupt,
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
                ack.Fail(new WsmqException(WsmqErrors.StoreUnavailable, inner: cause));
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

            // Nobody may be waiting, as for an ack that was sent and not invoked.
            _ = Task.Exception;
        }
    }
}
