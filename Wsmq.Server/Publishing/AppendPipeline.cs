using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>
/// The append calls of one lane: several in flight, each carried out by the store only after the one before it. When one fails, all calls
/// in flight are awaited, and what was not stored is repeated in the same order, one call at a time, until it is too old. Used only by the
/// loop of one lane.
/// </summary>
internal sealed class AppendPipeline(IAppender appender, TimeProvider time, WsmqMetrics metrics, ILogger logger)
{
    public const int MaxBatchItems = 512;
    private const int MaxCalls = 4;

    // After a batch of this size the lane counts as loaded: one call is in flight at a time, so that batches grow. Each batch has a price of
    // its own, in the store and at every node that reads of it, and the store waits less for this lane than the lane for the store. A full
    // batch cannot grow, so it does not count. A timer would wait for up to 4 ms, its granularity, even if the store is fast.
    private const int Loaded = 16;
    private const int LoadedCalls = 1;

    private readonly Queue<Call> _calls = new();
    private Task _receipts = Task.CompletedTask;
    private int _lastBatch;

    private readonly record struct Call(List<QueuedSend> Batch, Task<AppendResult[]> Answer);

    public bool IsEmpty => _calls.Count == 0;

    public bool HasRoom => _calls.Count < (_lastBatch is < Loaded or MaxBatchItems ? MaxCalls : LoadedCalls);

    /// <summary>Completes with the answer to the oldest call; requires that one is in flight.</summary>
    public Task Oldest => _calls.Peek().Answer;

    /// <summary>
    /// Starts a call of at most <see cref="MaxBatchItems"/>, and ends the turn once it is answered; requires <see cref="HasRoom"/>.
    /// </summary>
    public void Begin(List<QueuedSend> batch, CallTurns.Turn turn)
    {
        _lastBatch = batch.Count;

        // A full batch cannot grow while it waits.
        if (batch.Count == MaxBatchItems)
        {
            turn.End(batch.Count);
            turn = default;
        }

        _calls.Enqueue(new Call(batch, CallAsync(batch, turn)));
    }

    /// <summary>Whether a call has failed: <see cref="SettleAsync"/> then repeats what is in flight, which may take long.</summary>
    public bool HasFailed => _calls.TryPeek(out var call) && call.Answer is { IsCompleted: true, IsCompletedSuccessfully: false };

    /// <summary>Settles the sends of all answered calls.</summary>
    public async ValueTask SettleAsync()
    {
        while (_calls.TryPeek(out var call) && call.Answer.IsCompleted)
        {
            if (!call.Answer.IsCompletedSuccessfully)
            {
                await RepeatAsync();
                return;
            }

            _calls.Dequeue();
            Complete(call.Batch, await call.Answer);
        }
    }

    public void Fail(WsmqException error)
    {
        while (_calls.TryDequeue(out var call))
            Fail(call.Batch, error);
    }

    /// <summary>Completes once all stored sends are settled, including those that wait for confirmation after the answer.</summary>
    public Task EndAsync() => _receipts;

    private async Task<AppendResult[]> CallAsync(List<QueuedSend> batch, CallTurns.Turn turn)
    {
        try
        {
            return await appender.AppendAsync(new BatchRequests(batch), follows: _calls.Count > 0, CancellationToken.None);
        }
        finally
        {
            turn.End(batch.Count);
        }
    }

    private async Task RepeatAsync()
    {
        var repeat = new List<QueuedSend>();
        Exception? cause = null;
        while (_calls.TryDequeue(out var call))
        {
            try
            {
                Complete(call.Batch, await call.Answer);
            }
            catch (WsmqException e) when (e.Error == WsmqErrors.StoreFull)
            {
                Fail(call.Batch, e);
            }
            catch (Exception e)
            {
                cause ??= e;
                repeat.AddRange(call.Batch);
            }
        }

        // The calls keep the order of the messages: the next part starts when this one is decided.
        foreach (var part in repeat.Chunk(MaxBatchItems))
            await RepeatAsync([.. part], cause!);
    }

    private async Task RepeatAsync(List<QueuedSend> batch, Exception cause)
    {
        for (var backoff = new Backoff(time); batch.Count > 0;)
        {
            var delay = backoff.Next();
            Log.AppendFailed(logger, cause, batch.Count, delay);
            FailTheOld(batch, cause);
            if (batch.Count == 0)
                return;
            await backoff.WaitAsync(delay, CancellationToken.None);
            try
            {
                // A copy: sends that become too old leave the batch, and a call that failed may not have ended everywhere.
                var results = await appender.AppendAsync(batch.ConvertAll(s => s.Request), follows: false, CancellationToken.None);
                for (var i = 0; i < results.Length; i++)
                    results[i] = results[i] with { IsOwnRepeat = IsNumbered(batch[i].Request) };
                Complete(batch, results);
                return;
            }
            catch (Exception e)
            {
                // Repeats after store-full as well: an earlier attempt may have been carried out.
                cause = e;
            }
        }
    }

    private void Complete(List<QueuedSend> batch, AppendResult[] results)
    {
        var confirmed = appender.ConfirmedAsync();
        if (_receipts.IsCompleted && confirmed.IsCompletedSuccessfully)
            Receipt(batch, results);
        else
            _receipts = ReceiptAsync(_receipts, confirmed, batch, results);
    }

    // Further calls go on meanwhile. The number of sends that wait here is bounded, because they count as in flight until they are settled.
    private async Task ReceiptAsync(Task before, Task confirmed, List<QueuedSend> batch, AppendResult[] results)
    {
        await before;
        try
        {
            await confirmed;
            Receipt(batch, results);
        }
        catch (Exception e)
        {
            if (e is not WsmqException)
                Log.LoopFailed(logger, e);
            Fail(batch, e as WsmqException ?? new WsmqException(WsmqErrors.StoreUnavailable, innerException: e));
        }
    }

    private void Receipt(List<QueuedSend> batch, AppendResult[] results)
    {
        var (stored, duplicates) = (0, 0);
        WsmqAddress? damaged = null;
        for (var i = 0; i < results.Length; i++)
        {
            batch[i].Decided(results[i]);
            stored += results[i].IsStored ? 1 : 0;
            duplicates += results[i].Duplicate ? 1 : 0;
            damaged ??= results[i].IsCorrupt ? batch[i].Request.To : null;
        }

        if (damaged is { } address)
            Log.AppendDamaged(logger, address.ToString());

        batch.ForEach(s => s.Flush());
        metrics.Appended(stored, duplicates);
        Measure(batch);
    }

    // Neighbours of a batch have mostly waited about as long: a few additions record all of them.
    private void Measure(List<QueuedSend> batch)
    {
        var (now, bucket, count) = (time.GetTimestamp(), 0, 0);
        foreach (var send in batch)
        {
            var next = LatencyHistogram.BucketOf(send.Waited(time, now));
            if (next != bucket && count > 0)
            {
                metrics.Totals.Appends.Add(bucket, count);
                count = 0;
            }

            (bucket, count) = (next, count + 1);
        }

        if (count > 0)
            metrics.Totals.Appends.Add(bucket, count);
    }

    private static bool IsNumbered(in AppendRequest request) => request.Number is not null || request.Log?.Sequence is not null;

    private static void Fail(List<QueuedSend> batch, WsmqException error)
    {
        batch.ForEach(s => s.Failed(error));
        batch.ForEach(s => s.Flush());
    }

    private void FailTheOld(List<QueuedSend> batch, Exception cause)
    {
        var old = batch.FindAll(s => s.IsLate(time));
        batch.RemoveAll(old.Contains);
        Fail(old, new WsmqException(WsmqErrors.StoreUnavailable, innerException: cause));
    }
}
