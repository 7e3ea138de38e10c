using Wsmq.Server.Concurrency;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>
/// Gives the jobs of one queue to the consumers of this node: takes only what they have credit for, when the store signals a change, when a
/// consumer has credit again, when the next job is due, and with the interval of the tail check; and while nothing waits, in the calls in
/// which this node stores jobs. It also takes back leases that have run out, on whichever node they were granted.
/// </summary>
internal sealed class QueueDispatcher : IJobTaker, IAsyncDisposable
{
    private const long Never = long.MaxValue;

    private readonly WsmqAddress _queue;
    private readonly Func<QueueRules> _rules;
    private readonly IStore _store;
    private readonly NodeTime _time;
    private readonly TakeSchedule _schedule;
    private readonly QueueTelemetry _telemetry;
    private readonly ReclaimHold _hold;
    private readonly LeaseReclaim _reclaim;
    private readonly BackgroundLoop _loop;
    private readonly QueueSettlements _settlements;
    private readonly SemaphoreSlim _starting = new(1, 1);

    // One take at a time: the credit of a consumer counts what it holds, not what is being taken for it.
    private readonly SemaphoreSlim _taking = new(1, 1);
    private readonly RemovedJobs _removed;
    private readonly QueueConsumers _consumers = new();
    private readonly RequestedJobs _requested;

    private bool _isUnobserved = true;
    private IAsyncDisposable? _subscription;

    // Timestamps, or Never: of the next end of a lease, and of the next step.
    private long _nextEnd = Never;
    private long _wakesAt = Never;

    /// <param name="queue">The queue.</param>
    /// <param name="rules">Returns its options as they hold.</param>
    /// <param name="store">The store, which has started.</param>
    /// <param name="time">The clock of timers.</param>
    /// <param name="interval">How often the store is asked if nothing else happens.</param>
    /// <param name="telemetry">Logs and counts.</param>
    public QueueDispatcher(
        WsmqAddress queue, Func<QueueRules> rules, IStore store, TimeProvider time, TimeSpan interval, QueueTelemetry telemetry)
    {
        _requested = new RequestedJobs(new JobAnswers(), time);
        (_queue, _rules, Rules, _store, _time, _telemetry) = (queue, rules, rules(), store, new NodeTime(time), telemetry);
        _schedule = new TakeSchedule(_time, interval);
        _hold = new ReclaimHold(time, () => TimeSpan.FromMicroseconds(Rules.Lease / 2));
        _reclaim = new LeaseReclaim(queue, () => Rules, store.Jobs, telemetry);
        _loop = new BackgroundLoop(time);
        _settlements = new QueueSettlements(queue, () => Rules, store.Jobs, telemetry, _hold.Failed);
        _removed = new RemovedJobs(_consumers.Cancel);
    }

    /// <summary>The jobs that requests wait for. By default nobody is told how they end.</summary>
    public RequestedJobs Requested
    {
        init => _requested = value;
    }

    /// <summary>The options with which jobs were taken last: those that are being given out have this lease.</summary>
    public QueueRules Rules { get; private set; }

    /// <summary>The timestamp at which the jobs that are being given out were asked for: their leases count from then on.</summary>
    public long AskedAt { get; private set; }

    /// <summary>Whether leases that have run out may be taken back: until then their holders may still extend them.</summary>
    public bool MayReclaim => _hold.Left <= TimeSpan.Zero;

    /// <summary>
    /// Subscribes to the signals of the queue, and starts to give out jobs. A repeated call has no effect, unless the one before it failed.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_subscription is not null)
                return;
            _subscription = await _store.Signals.SubscribeAsync(_queue, OnSignal, cancellationToken);
            _store.Signals.Restored += OnRestored;
            _loop.Start(StepAsync, Pause, _telemetry.Failed);
            _loop.Wake();
            _store.Jobs.Takers.Add(_queue, this);
        }
        finally
        {
            _starting.Release();
        }
    }

    public void Add(IJobConsumer consumer)
    {
        _consumers.Add(consumer);
        _loop.Wake();
    }

    /// <summary>The consumer gets no more jobs. What it holds remains its own: it settles or hands back each job itself.</summary>
    public void Remove(IJobConsumer consumer) => _consumers.Remove(consumer);

    /// <summary>The node stops: no consumer gets any more jobs, and each is asked to hand back what has not begun.</summary>
    public void StopGiving() => _consumers.StopGiving();

    public JobTake? Begin(int jobs)
    {
        if (!_schedule.MayTakeWhileStoring || !_taking.Wait(0))
            return null;

        // As many consumers as jobs: there are no others.
        var turn = _consumers.Ready(most: jobs);
        if (!turn.IsEmpty)
            return Begin(turn);
        _taking.Release();
        return null;
    }

    /// <summary>A consumer has more credit.</summary>
    public void Wake()
    {
        if (_schedule.MayGive)
            _loop.Wake();
    }

    /// <inheritdoc cref="QueueSettlements.SettleAsync"/>
    public Task<SettleResult> SettleAsync(Settlement settlement, string worker = "") => settlement.Answer is null && _requested.IsEmpty
        ? _settlements.SettleAsync(settlement, worker)
        : SettleRequestedAsync(settlement, worker);

    /// <summary>The same for a job that a request waits for; returns also whether it waited.</summary>
    public async Task<(SettleResult Result, bool Waited)> AnswerAsync(Settlement settlement, string worker)
    {
        var result = await _settlements.SettleAsync(settlement, worker);
        return (result, await _requested.EndedAsync(settlement, result));
    }

    /// <summary>Whether somebody here takes jobs of the queue.</summary>
    public bool HasWorkers => _consumers.Any;

    /// <inheritdoc cref="QueueSettlements.ExtendAsync"/>
    public Task<bool> ExtendAsync(JobLease lease) => _settlements.ExtendAsync(lease);

    /// <inheritdoc cref="QueueSettlements.ReportProgressAsync"/>
    public Task<bool> ReportProgressAsync(JobLease lease, string progress) => _settlements.ReportProgressAsync(lease, progress);

    /// <summary>Stops to give out jobs, and returns once all settlements so far have their results.</summary>
    public async ValueTask DisposeAsync()
    {
        _store.Signals.Restored -= OnRestored;
        _store.Jobs.Takers.Remove(_queue, this);
        await _loop.StopAsync();
        await _taking.WaitAsync();
        _taking.Release();
        await _settlements.WhenIdle();
        if (_subscription is not null)
            await _subscription.DisposeAsync();
    }

    private async Task<SettleResult> SettleRequestedAsync(Settlement settlement, string worker) => (await AnswerAsync(settlement, worker)).Result;

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        await _taking.WaitAsync(cancellationToken);
        try
        {
            await ReclaimAsync(cancellationToken);
            if (_consumers.All.Length == 0)
            {
                // Without a lease to watch, an outage goes unseen.
                _schedule.Idle();
                _isUnobserved = _nextEnd == Never;
                return;
            }

            if (_isUnobserved)
            {
                // Whether the store was unavailable meanwhile is not known.
                _hold.Failed();
                _isUnobserved = false;
            }

            while (await TakeAsync(cancellationToken))
                await ReclaimAsync(cancellationToken);
        }
        catch (WsmqException)
        {
            _hold.Failed();
            throw;
        }
        finally
        {
            _taking.Release();
        }
    }

    // Called in turn for all addresses of the node: consumers return at once.
    private void OnSignal(Signal signal)
    {
        if (signal.Removed != WsmqPosition.Start)
        {
            _removed.Add(signal.Removed);
            _requested.Removed(signal.Removed);
            return;
        }

        _schedule.Signalled(isNewJob: !signal.IsMembership);
        _loop.Wake();
    }

    // Signals may have been lost.
    private void OnRestored() => OnSignal(Signal.QueueChanged);

    private async Task ReclaimAsync(CancellationToken cancellationToken)
    {
        if (_nextEnd <= _time.Now && await _reclaim.RunAsync(_hold, cancellationToken) is { } result)
            SetNextEnd(result.More ? result.Now : result.NextEnd, result.Now);
    }

    /// <summary>Returns whether to take again at once.</summary>
    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var now = _time.Now;
        var turn = _consumers.Ready();
        if (!_schedule.MustAsk(!turn.IsEmpty, now))
            return false;

        (AskedAt, Rules) = (_time.Now, _rules());
        var signals = _schedule.Taking();
        using var removed = _removed.Begin();

        // Not cancelled: a job whose grant is not read counts as a lost lease. What is no longer accepted is handed back.
        var result = await _store.Jobs.TakeAsync(
            _queue, turn.Request, Rules, turn.IsEmpty ? cancellationToken : CancellationToken.None);
        Taken(result, signals, turn, removed);
        return result.More && result.Jobs.Count + result.Ended.Count > 0;
    }

    private JobTake Begin(QueueTurn turn)
    {
        (AskedAt, Rules) = (_time.Now, _rules());
        var (signals, removed) = (_schedule.Taking(), _removed.Begin());
        return new JobTake(turn.Request, Rules, taken => Ended(taken, signals, turn, removed), _hold.Failed);
    }

    // A take of a call that stores jobs has ended.
    private void Ended(TakenJobs? result, long signals, QueueTurn turn, RemovedJobs.Take removed)
    {
        try
        {
            if (result is not null)
                Taken(result, signals, turn, removed);
        }
        catch (Exception e)
        {
            // The jobs are stored, and their leases run out.
            _telemetry.Failed(e, TimeSpan.Zero);
        }
        finally
        {
            removed.Dispose();
            _taking.Release();
        }

        if (result is not { More: false } || _time.After(_time.Now, Wait().Micros()) < Volatile.Read(ref _wakesAt))
            _loop.Wake();
    }

    private void Taken(TakenJobs result, long signals, QueueTurn turn, RemovedJobs.Take removed)
    {
        _hold.Answered(result.Now);
        _telemetry.Taken(result);
        _schedule.Taken(result, signals);
        SetNextEnd(result.NextEnd, result.Now);
        _requested.Gave(result.Jobs);
        _consumers.Give(result.Jobs, turn).ForEach(_settlements.HandBack);
        removed.Gave(result.Jobs);
        if (result.IsPaused)
            _consumers.AskToHandBack();
    }

    private void SetNextEnd(long? end, long now) => Volatile.Write(ref _nextEnd, _time.At(end, now, _time.Now) ?? Never);

    // While it is not known how long the loop will wait, a take that is made meanwhile wakes it.
    private TimeSpan Pause()
    {
        Interlocked.Exchange(ref _wakesAt, Never);
        var wait = Wait();
        Volatile.Write(ref _wakesAt, _time.After(_time.Now, wait.Micros()));
        return wait;
    }

    private TimeSpan Wait()
    {
        var nextEnd = Volatile.Read(ref _nextEnd);
        var end = nextEnd == Never ? null : _time.Until(nextEnd);
        return NodeTime.Pause(_schedule.Pause(), _hold.Left > end ? _hold.Left : end);
    }
}
