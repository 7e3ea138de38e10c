using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Publishing;

/// <summary>
/// The group commit of one lane: one append call at a time, with everything that came meanwhile; a call that failed is repeated
/// with the same items in the same order, until they are too old.
/// </summary>
internal sealed class PublishLane
{
    private const int MaxBatchItems = 512;
    private const int MaxBatchBytes = 1024 * 1024;

    private readonly int _number;
    private readonly IMessageLog _log;
    private readonly WsmqOptions _options;
    private readonly TimeProvider _time;
    private readonly WsmqMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Channel<PendingSend> _queue;
    private readonly Task _loop;

    public PublishLane(int number, IMessageLog log, WsmqOptions options, TimeProvider time, WsmqMetrics metrics, ILogger logger)
    {
        (_number, _log, _options, _time, _metrics, _logger) = (number, log, options, time, metrics, logger);
        _queue = Channel.CreateBounded<PendingSend>(new BoundedChannelOptions(options.PublishQueueCapacity)
        {
            SingleReader = true,
            SingleWriter = false,
            FullMode = BoundedChannelFullMode.Wait,
        });
        _loop = Task.Run(RunAsync);
    }

    public Task<Receipt> Enqueue(AppendRequest request, ValueTask<WsmqException?> admission)
    {
        var deadline = _time.GetTimestamp() + (long)(_options.SendTimeout.TotalSeconds * _time.TimestampFrequency);
        var send = new PendingSend(request, admission.Preserve(), deadline);
        return _queue.Writer.TryWrite(send) ? send.Receipt : WaitForRoomAsync(send);
    }

    /// <summary>Takes no more, and returns once what was taken is stored or has failed.</summary>
    public async Task StopAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    // Waiting writers of a bounded channel are served in the order in which they came.
    private async Task<Receipt> WaitForRoomAsync(PendingSend send)
    {
        using var patience = new CancellationTokenSource(_options.SendTimeout, _time);
        try
        {
            await _queue.Writer.WriteAsync(send, patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new WsmqException(WsmqErrors.ServerBusy);
        }
        catch (ChannelClosedException)
        {
            throw new WsmqException(WsmqErrors.Stopping);
        }

        return await send.Receipt;
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync())
                await StoreAsync(await TakeAsync());
        }
        catch (Exception e)
        {
            // Nothing that is waiting may wait for ever.
            Log.LoopFailed(_logger, e);
            _queue.Writer.TryComplete();
            while (_queue.Reader.TryRead(out var send))
                send.Failed(new WsmqException(WsmqErrors.StoreUnavailable, inner: e));
            throw;
        }
    }

    /// <summary>What is waiting now and may be sent; it does not wait for the admission of what comes behind it.</summary>
    private async Task<List<PendingSend>> TakeAsync()
    {
        var batch = new List<PendingSend>();
        var bytes = 0;
        while (batch.Count < MaxBatchItems && bytes < MaxBatchBytes && _queue.Reader.TryPeek(out var send))
        {
            if (batch.Count > 0 && !send.Admission.IsCompleted)
                break;
            _queue.Reader.TryRead(out _);
            if (await RefusalAsync(send) is { } refusal)
            {
                send.Failed(refusal);
                continue;
            }

            batch.Add(send);
            bytes += send.Request.Metadata.Length + send.Request.Body.Length;
        }

        return batch;
    }

    // What is stored long after it was sent could be stored twice: its sender may have given up, and the window may be over.
    private async ValueTask<WsmqException?> RefusalAsync(PendingSend send)
    {
        var rest = _time.GetElapsedTime(_time.GetTimestamp(), send.Deadline);
        if (rest <= TimeSpan.Zero)
            return new WsmqException(WsmqErrors.ServerBusy);
        try
        {
            return send.Admission.IsCompleted ? await send.Admission : await send.Admission.AsTask().WaitAsync(rest, _time);
        }
        catch (TimeoutException)
        {
            return new WsmqException(WsmqErrors.ServerBusy, "it was not authorized in time");
        }
    }

    private async Task StoreAsync(List<PendingSend> batch)
    {
        var unsure = false;
        for (var backoff = new Backoff(_time); batch.Count > 0;)
        {
            try
            {
                var results = await _log.AppendAsync(_number, batch.ConvertAll(s => s.Request), CancellationToken.None);
                Complete(batch, results);
                return;
            }
            catch (WsmqException e) when (e.Error == WsmqErrors.StoreFull && !unsure)
            {
                batch.ForEach(s => s.Failed(e));
                return;
            }
            catch (Exception e)
            {
                unsure = true;
                var delay = backoff.Next();
                Log.AppendFailed(_logger, e, batch.Count, delay);
                FailTheOld(batch, e);
                if (batch.Count > 0)
                    await backoff.WaitAsync(delay, CancellationToken.None);
            }
        }
    }

    private void Complete(List<PendingSend> batch, AppendResult[] results)
    {
        for (var i = 0; i < results.Length; i++)
            batch[i].Stored(results[i]);
        _metrics.Appended(batch.Count, results.Count(r => r.Duplicate));
    }

    private void FailTheOld(List<PendingSend> batch, Exception cause)
    {
        var now = _time.GetTimestamp();
        batch.RemoveAll(send =>
        {
            if (send.Deadline > now)
                return false;
            send.Failed(new WsmqException(WsmqErrors.StoreUnavailable, inner: cause));
            return true;
        });
    }
}
