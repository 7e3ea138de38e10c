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
    private readonly Admissions _admissions;
    private readonly Task _loop;
    private Task? _readable;
    private Task? _decided;

    public PublishLane(int number, IMessageLog log, WsmqOptions options, TimeProvider time, WsmqMetrics metrics, ILogger logger)
    {
        (_number, _log, _options, _time, _metrics, _logger) = (number, log, options, time, metrics, logger);
        _queue = Channel.CreateBounded<PendingSend>(new BoundedChannelOptions(options.PublishQueueCapacity)
        {
            SingleReader = true,
            SingleWriter = false,
            FullMode = BoundedChannelFullMode.Wait,
        });
        _admissions = new Admissions(time);
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
            while (await WaitForWorkAsync())
            {
                foreach (var part in Take().Chunk(MaxBatchItems))
                    await StoreAsync([.. part]);
            }
        }
        catch (Exception e)
        {
            // Nothing that is waiting may wait for ever.
            Log.LoopFailed(_logger, e);
            _queue.Writer.TryComplete();
            var error = new WsmqException(WsmqErrors.StoreUnavailable, inner: e);
            _admissions.Fail(error);
            while (_queue.Reader.TryRead(out var send))
                send.Failed(error);
            throw;
        }
    }

    /// <summary>False once the lane was stopped and nothing is left.</summary>
    private async Task<bool> WaitForWorkAsync()
    {
        if (_admissions.Count == 0)
            return await _queue.Reader.WaitToReadAsync();
        _readable ??= _queue.Reader.WaitToReadAsync().AsTask();
        _decided ??= _admissions.WaitAsync().AsTask();

        // While as many are held as may wait at all, nothing more is read; a stopped lane still finishes what is held.
        if (HasRoom && !_queue.Reader.Completion.IsCompleted)
            await Task.WhenAny(_readable, _decided);
        else
            await _decided;
        _readable = _readable.IsCompleted ? null : _readable;
        _decided = _decided.IsCompleted ? null : _decided;
        return true;
    }

    private bool HasRoom => _admissions.Count < _options.PublishQueueCapacity;

    /// <summary>What is waiting now and may be sent.</summary>
    private List<PendingSend> Take()
    {
        var batch = new List<PendingSend>();
        _admissions.Release(batch);
        var bytes = batch.Sum(s => s.Bytes);
        while (batch.Count < MaxBatchItems && bytes < MaxBatchBytes && HasRoom && _queue.Reader.TryRead(out var send))
        {
            if (!_admissions.TryPass(send))
                continue;
            batch.Add(send);
            bytes += send.Bytes;
        }

        return batch;
    }

    private async Task StoreAsync(List<PendingSend> batch)
    {
        var unsure = false;
        for (var backoff = new Backoff(_time); batch.Count > 0;)
        {
            try
            {
                var results = await _log.AppendAsync(_number, batch.ConvertAll(s => s.Request), follows: false, CancellationToken.None);
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
        batch.RemoveAll(send =>
        {
            if (!send.IsLate(_time))
                return false;
            send.Failed(new WsmqException(WsmqErrors.StoreUnavailable, inner: cause));
            return true;
        });
    }
}
