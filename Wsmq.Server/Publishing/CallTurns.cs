namespace Wsmq.Server.Publishing;

/// <summary>
/// The append calls of all lanes of one server of a Redis Cluster. Each lane is loaded only a little, so that its batches would stay small, and
/// the server would spend its time on what a call costs whatever its messages. So the lanes take turns: a lane that waits for its turn gathers
/// messages. There is no timer to wait for, and without load nobody waits.
/// </summary>
internal sealed class CallTurns(TimeProvider time) : IDisposable
{
    // As many calls as one lane may have in flight: the server always has a next one waiting.
    private const int MostCalls = 4;
    private const int LoadedCalls = 2;

    // Once batches have as many messages on average, the server counts as loaded: fewer calls make larger batches.
    private const int Loaded = 2;
    private const int AveragedBatches = 8;

    // A call that takes longer, because its slot moves to another server or its server does not answer, does not hold up the other lanes.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource<Turn>> _waiting = new();
    private ITimer? _timer;
    private bool _isWatched;
    private long _lastTurn;
    private int _calls;
    private int _era;
    private double _batchSize;

    /// <summary>Completes when the lane may begin a call. It has to <see cref="Turn.End"/>.</summary>
    public Task<Turn> NextAsync()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && HasRoom)
                return Task.FromResult(Begin());
            var turn = new TaskCompletionSource<Turn>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            if (!_isWatched)
                Watch(Patience);
            return turn.Task;
        }
    }

    public void Dispose() => _timer?.Dispose();

    private bool HasRoom => _calls < (_batchSize < Loaded ? MostCalls : LoadedCalls);

    private Turn Begin()
    {
        _calls++;
        _lastTurn = time.GetTimestamp();
        return new Turn(this, _era);
    }

    private void End(int era, int batch)
    {
        lock (_lock)
        {
            if (batch > 0)
                _batchSize += (batch - _batchSize) / AveragedBatches;
            if (era == _era)
                _calls--;
            Pass();
        }
    }

    private void Pass()
    {
        while (HasRoom && _waiting.TryDequeue(out var next))
            next.SetResult(Begin());
    }

    private void Watch(TimeSpan due)
    {
        _isWatched = true;
        (_timer ??= time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)).Change(due, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        lock (_lock)
        {
            _isWatched = false;
            if (_waiting.Count == 0)
                return;
            var left = Patience - time.GetElapsedTime(_lastTurn);
            if (left <= TimeSpan.Zero)
            {
                // The calls in flight count no more.
                (_calls, _era) = (0, _era + 1);
                Pass();
            }

            Watch(left > TimeSpan.Zero ? left : Patience);
        }
    }

    /// <summary>The turn of a lane.</summary>
    internal readonly struct Turn(CallTurns turns, int era)
    {
        /// <summary>Whether the server has other lanes.</summary>
        public bool IsShared => turns is not null;

        /// <summary>The call was answered, or has failed.</summary>
        /// <param name="batch">The number of its messages; 0 if there was no call.</param>
        public void End(int batch) => turns?.End(era, batch);
    }
}
