using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>The group commit of one lane: waiting sends go to the store in one batch, in their order of arrival.</summary>
internal sealed class PublishLane
{
    private const int MaxBatchBytes = 512 * 1024;

    // In units of IAppender.WeightOf.
    private const int MaxBatchWeight = AppendPipeline.MaxBatchItems;

    // While both have waiting sends. The app's share is the smaller one, also while no client sends: a client's next message waits for it.
    private const int ClientsWeight = MaxBatchWeight * 3 / 4;
    private const int AppWeight = MaxBatchWeight / 4;

    private readonly WsmqOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SendQueue _queue;
    private readonly IAppender _appender;
    private readonly HashSet<WsmqAddress> _weighed = [];
    private readonly AuthorizationGate _admissions;
    private readonly AppendPipeline _pipeline;
    private readonly Task _loop;
    private readonly Task[] _waits = new Task[3];
    private readonly ServerTurns _turns;
    private Task? _decided;
    private Task<CallTurns.Turn>? _turn;

    public PublishLane(
        IAppender appender, WsmqOptions options, ServerTurns turns, TimeProvider time, WsmqMetrics metrics, ILogger logger)
    {
        (_options, _turns, _time, _logger) = (options, turns, time, logger);
        _appender = appender;
        _queue = new SendQueue(options.Publish.QueueCapacity);
        _admissions = new AuthorizationGate(time);
        _pipeline = new AppendPipeline(appender, time, metrics, logger);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>
    /// Takes the send's position in the queue before it returns, even if the queue is full. The send is always settled in the end.
    /// </summary>
    public void Enqueue(QueuedSend send)
    {
        send.StartClock(_time, _options.Publish.SendTimeout);
        if (!_queue.WriterOf(send).TryWrite(send))
            _ = WaitForRoomAsync(send);
    }

    /// <summary>Accepts no more sends, and returns once all accepted ones are stored or have failed.</summary>
    public async Task StopAsync()
    {
        _queue.Complete();
        await _loop;
    }

    // The waiting writers of a bounded channel are served in their order of arrival. Never throws.
    private async Task WaitForRoomAsync(QueuedSend send)
    {
        using var patience = new CancellationTokenSource(_options.Publish.SendTimeout, _time);
        try
        {
            await _queue.WriterOf(send).WriteAsync(send, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            send.Refuse(new WsmqException(e is ChannelClosedException ? WsmqErrors.Stopping : WsmqErrors.ServerBusy));
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (await WaitForWorkAsync())
            {
                if (_pipeline.HasFailed)
                    GiveTurnBack();
                await _pipeline.SettleAsync();
                if (!_pipeline.HasRoom || !HasTurn(out var turn))
                    continue;
                if (turn.IsShared)
                    await GatherAsync();
                var batch = Take();
                if (batch.Count > 0)
                    _pipeline.Begin(batch, turn);
                else
                    turn.End(batch: 0);
            }

            await _pipeline.EndAsync();
        }
        catch (Exception e)
        {
            // No waiting send may wait indefinitely.
            Log.LoopFailed(_logger, e);
            FailAll(new WsmqException(WsmqErrors.StoreUnavailable, innerException: e));
            throw;
        }
    }

    /// <summary>Returns false once the lane was stopped and nothing is left.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitForWorkAsync()
    {
        if (_turn is null && _pipeline.IsEmpty && _admissions.Count == 0)
            return await _queue.ReadableAsync();
        var (count, mayTake) = (0, _pipeline.HasRoom && _turn is null);
        if (!_pipeline.IsEmpty)
            _waits[count++] = _pipeline.Oldest;
        if (_turn is not null)
            _waits[count++] = _turn;
        if (mayTake && _admissions.Count > 0)
            _waits[count++] = _decided ??= _admissions.WaitAsync().AsTask();

        // While the held sends use up the capacity, no more are read. A stopped lane still finishes the held ones.
        if (mayTake && HasRoom && !_queue.IsCompleted)
            _waits[count++] = _queue.ReadableAsync();
        await Task.WhenAny(_waits.AsSpan(0, count));
        _waits.AsSpan().Clear();
        _decided = _decided is { IsCompleted: false } ? _decided : null;
        return true;
    }

    // What arrives until it is this lane's turn goes into the same batch.
    private bool HasTurn(out CallTurns.Turn turn)
    {
        turn = default;
        if (_turn is null && _queue.Count == 0 && _admissions.Count == 0)
            return false;
        _turn ??= _turns.NextAsync(_appender.Server);
        if (!_turn.IsCompletedSuccessfully)
            return false;
        (turn, _turn) = (_turn.Result, null);
        return true;
    }

    // On a busy node, what is queued goes first: reading frames, and then parsing them. Their messages come along. An idle node has nothing queued.
    private static async Task GatherAsync()
    {
        await Task.Yield();
        await Task.Yield();
    }

    // Also one that is not granted yet: repeats need no turn, and other lanes must not wait for them.
    private void GiveTurnBack()
    {
        if (_turn is { } turn)
            _ = EndAsync(turn);
        _turn = null;

        static async Task EndAsync(Task<CallTurns.Turn> turn) => (await turn).End(batch: 0);
    }

    private bool HasRoom => _admissions.Count < _options.Publish.QueueCapacity;

    /// <summary>Takes the waiting sends that may be stored now.</summary>
    private List<QueuedSend> Take()
    {
        var batch = new List<QueuedSend>(Math.Min(_queue.Count, AppendPipeline.MaxBatchItems));
        var bytes = _admissions.Release(batch, AppendPipeline.MaxBatchItems, MaxBatchBytes);
        var weight = batch.Count;
        Take(batch, ofApp: false, ClientsWeight, ref weight, ref bytes);
        Take(batch, ofApp: true, Math.Min(MaxBatchWeight, weight + AppWeight), ref weight, ref bytes);
        Take(batch, ofApp: false, MaxBatchWeight, ref weight, ref bytes);
        _weighed.Clear();
        return batch;
    }

    private void Take(List<QueuedSend> batch, bool ofApp, int mostWeight, ref int weight, ref int bytes)
    {
        while (weight < mostWeight && batch.Count < AppendPipeline.MaxBatchItems && bytes < MaxBatchBytes && HasRoom
            && _queue.TryRead(ofApp, out var send))
        {
            if (!_admissions.TryPass(send))
                continue;
            batch.Add(send);
            bytes += send.Bytes;
            weight += WeightOf(send.Request.To);
        }
    }

    private int WeightOf(WsmqAddress to)
    {
        var weight = _appender.WeightOf(to);
        return weight == 1 || _weighed.Add(to) ? weight : 1;
    }

    private void FailAll(WsmqException error)
    {
        _queue.Complete();
        _pipeline.Fail(error);
        _admissions.Fail(error);
        while (_queue.TryRead(ofApp: false, out var send) || _queue.TryRead(ofApp: true, out send))
            send.Refuse(error);
    }
}
