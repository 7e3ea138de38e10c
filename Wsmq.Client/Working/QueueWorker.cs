using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>
/// Works on the jobs of one queue over the hub. Leases outlive the connection: attempts that began on one end over the next, and count
/// against the credit there.
/// </summary>
internal sealed class QueueWorker : IJobLine
{
    // The server accepts more in a call.
    private const int MostCompletions = 256;

    private static readonly TimeSpan RefusedPause = TimeSpan.FromMinutes(1);

    private readonly WsmqAddress _queue;
    private readonly WsmqWorkOptions _work;
    private readonly WsmqClientOptions _options;
    private readonly ClientEvents _events;
    private readonly TimeProvider _time;
    private readonly JobRunner _runner;
    private readonly BatchedCalls<JobLease, HubException?> _completions;
    private readonly Lock _gate = new();
    private readonly WakeUp _ask = new();
    private readonly CancellationTokenSource _asking = new();

    // Held when the current connection began.
    private readonly HashSet<JobLease> _before = [];
    private volatile TaskCompletionSource<HubSession> _attached = Unattached();
    private readonly TaskCompletionSource _ceased = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;
    private Task _handedBack = Task.CompletedTask;
    private bool _isRefused;
    private int _granted = int.MaxValue;

    public QueueWorker(WsmqAddress queue, IEnumerable<JobHandler> handlers, WsmqWorkOptions work, WsmqClientOptions options, ClientEvents events)
    {
        (_queue, _work, _options, _events, _time) = (queue, work, options, events, options.TimeProvider);
        _runner = new JobRunner($"wsmq worker of {queue.Name}", handlers, work, this, new ClientJobReports(queue, events), _time);
        _completions = new(MostCompletions, CompleteAsync);
    }

    /// <summary>Completes once the first call for jobs has had an answer, or has failed.</summary>
    public Task FirstAnswer => _answered.Task;

    public void Start()
    {
        _runner.Start();
        _loop = Task.Run(AskAsync);
    }

    public void Attach(HubSession session)
    {
        lock (_gate)
        {
            _before.Clear();
            _before.UnionWith(_runner.Held);
        }

        _attached.TrySetResult(session);
        _ask.Set();
        _runner.Renew();
    }

    public void Detach() => _attached = Unattached();

    public void Give(IReadOnlyList<(WsmqJobDelivery Job, JobLease Lease)> jobs)
    {
        foreach (var (_, lease) in jobs.Skip(_runner.Give(jobs.Select(j => Given(j.Job, j.Lease)))))
        {
            var handingBack = HandBackAsync(lease);
            lock (_gate)
                _handedBack = Task.WhenAll(_handedBack, handingBack);
        }
    }

    public void Cancel(WsmqPosition job) => _runner.Cancel(job);

    public void StopTaking()
    {
        _runner.StopTaking();
        _ask.Set();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        StopTaking();
        await _runner.StopAsync(cancellationToken).ConfigureAwait(false);

        // The server gives jobs until it has answered; one that arrives after the connection is closed would count as a lost lease.
        if (_attached.Task.IsCompletedSuccessfully)
            await Waits.TryAsync(WhenCeasedAsync(), _options, cancellationToken).ConfigureAwait(false);
        await _asking.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
    }

    public async Task<bool> ExtendAsync(JobLease lease)
    {
        try
        {
            if (!_attached.Task.IsCompletedSuccessfully)
                throw new WsmqException(WsmqErrors.ClientClosed, "there is no connection");
            await (await _attached.Task.ConfigureAwait(false)).ExtendAsync(_queue, lease)
                .WaitAsync(_options.SendTimeout, _time).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (WsmqException.From(e)?.Error == WsmqErrors.LeaseLost)
        {
            return false;
        }
    }

    public async Task<bool> ReportProgressAsync(JobLease lease, WsmqJsonBody progress, CancellationToken cancellationToken)
    {
        try
        {
            var session = await _attached.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            await session.ReportProgressAsync(_queue, lease, progress).WaitAsync(_options.SendTimeout, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!HubRefusal.IsFinal(e, out var refusal))
                throw new WsmqException(WsmqErrors.StoreUnavailable, "the progress of a job was not confirmed", e);
            return refusal is WsmqException { Error: var error } && error == WsmqErrors.LeaseLost ? false : throw refusal;
        }
    }

    public async Task<SettleAnswer> SettleAsync(Settlement settlement, CancellationToken over)
    {
        try
        {
            var session = await _attached.Task.WaitAsync(over).ConfigureAwait(false);
            if (settlement.Answer is { } answer)
                return await AnswerAsync(session, settlement.Lease, answer.Request, answer.Answer, over).ConfigureAwait(false);
            if (settlement.Kind == SettlementKind.Complete)
                return AnswerOf(await _completions.CallAsync(settlement.Lease).ConfigureAwait(false));
            await session.SettleAsync(_queue, settlement).WaitAsync(_options.SendTimeout, _time, over).ConfigureAwait(false);
            return SettleAnswer.Done;
        }
        catch (HubException e)
        {
            return AnswerOf(e);
        }
    }

    // The server may refuse the reply: the requester is told, and the job is not left to run out.
    private async Task<SettleAnswer> AnswerAsync(HubSession session, JobLease lease, string request, RequestAnswer answer, CancellationToken over)
    {
        try
        {
            if (answer.Reply is { } reply)
                new MessageFactory(_options).CheckContent(reply);
            await session.SettleAsync(_queue, lease, request, answer).WaitAsync(_options.SendTimeout, _time, over).ConfigureAwait(false);
            return SettleAnswer.Done;
        }
        catch (Exception e) when (answer.Reply is not null && WsmqException.From(e) is { } refusal
            && (refusal.Error == WsmqErrors.MessageTooLarge || refusal.Error == WsmqErrors.InvalidMessage || refusal.Error == WsmqErrors.InvalidBody))
        {
            _events.RaiseError(WsmqClientOperation.Work, refusal);
            var instead = RequestAnswer.Refusal(WsmqRequestException.InvalidReply);
            await session.SettleAsync(_queue, lease, request, instead).WaitAsync(_options.SendTimeout, _time, over).ConfigureAwait(false);
            return SettleAnswer.Done;
        }
    }

    public TimeSpan NotSettled(Settlement settlement, Exception exception, int failures)
    {
        var wait = Waits.Longer(_options.SendBackoff.Next(failures), WsmqException.From(exception)?.RetryAfter);
        Log.JobNotSettled(_events.Logger, exception, settlement.Lease.Job, _queue, wait);
        return wait;
    }

    public void Released(JobLease lease)
    {
        lock (_gate)
        {
            if (!_before.Remove(lease))
                return;
        }

        _ask.Set();
    }

    private (GivenJob Job, long AskedAt) Given(WsmqJobDelivery job, JobLease lease)
    {
        // The time that the job took to arrive is not known: a tenth of the lease is left out.
        var duration = TimeSpan.FromMilliseconds(Math.Clamp(job.Lease, 1, int.MaxValue));
        var askedAt = _time.GetTimestamp() - (long)(duration.TotalSeconds / 10 * _time.TimestampFrequency);
        return (new GivenJob(
            lease, duration, job.Attempt, job.LostLeases, DateTimeOffset.FromUnixTimeMilliseconds(job.Due), () => job.Message)
        {
            Progress = job.Progress,
        }, askedAt);
    }

    private async Task<HubException?[]> CompleteAsync(IReadOnlyList<JobLease> leases)
    {
        if (!_attached.Task.IsCompletedSuccessfully)
            throw new WsmqException(WsmqErrors.ClientClosed, "there is no connection");
        var session = await _attached.Task.ConfigureAwait(false);
        var refusals = await session.CompleteAsync(_queue, leases).WaitAsync(_options.SendTimeout, _time).ConfigureAwait(false);
        if (refusals.Length != leases.Count)
            throw new FormatException("The answer does not have one result for each job.");
        return Array.ConvertAll(refusals, text => text is null ? null : new HubException(text));
    }

    // A temporary error is thrown, so that the call is repeated.
    private SettleAnswer AnswerOf(HubException? error)
    {
        if (error is null)
            return SettleAnswer.Done;
        var known = WsmqException.From(error);
        if (known is not null && HubRefusal.IsTemporary(known.Error))
            throw error;
        if (known?.Error == WsmqErrors.LeaseLost)
            return SettleAnswer.LeaseLost;
        _events.RaiseError(WsmqClientOperation.Work, known ?? (Exception)error);
        return SettleAnswer.Refused;
    }

    private async Task WhenCeasedAsync()
    {
        await _ceased.Task.ConfigureAwait(false);
        Task handedBack;
        lock (_gate)
            handedBack = _handedBack;
        await handedBack.ConfigureAwait(false);
    }

    // The runner is stopping: the job has not begun. Without an answer the lease runs out.
    private async Task HandBackAsync(JobLease lease)
    {
        try
        {
            await _runner.SettleAsync(new Settlement(lease, SettlementKind.HandBack), _asking.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.LoopFailed(_events.Logger, e);
        }
    }

    private async Task AskAsync()
    {
        try
        {
            for (var attempt = 0; ;)
            {
                // An authorizer may have failed for a moment, or a node not know the queue yet.
                if (_isRefused)
                    await _ask.WaitAsync(RefusedPause, _time, _asking.Token).ConfigureAwait(false);
                else
                    await _ask.WaitAsync(_asking.Token).ConfigureAwait(false);
                var session = await _attached.Task.WaitAsync(_asking.Token).ConfigureAwait(false);
                attempt = await AskAsync(session, attempt).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_asking.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            Log.LoopFailed(_events.Logger, e);
        }
        finally
        {
            _answered.TrySetResult();
        }
    }

    /// <summary>States how many jobs this connection may hold; returns how many such calls have failed in a row.</summary>
    private async Task<int> AskAsync(HubSession session, int attempt)
    {
        try
        {
            var (stopping, credit) = (_runner.IsStopping, Credit);
            var grant = await session.WorkAsync(_queue, credit).WaitAsync(_options.SendTimeout, _time, _asking.Token).ConfigureAwait(false);
            _isRefused = false;
            _answered.TrySetResult();
            if (stopping)
                _ceased.TrySetResult();
            if (grant.Credit < credit && grant.Credit != _granted)
                Log.CreditCut(_events.Logger, _queue, grant.Credit, credit);
            _granted = grant.Credit;
            return 0;
        }
        catch (Exception e) when (!_asking.IsCancellationRequested)
        {
            _answered.TrySetResult();
            if (HubRefusal.IsFinal(e, out var refusal))
            {
                _isRefused = true;
                if (_runner.IsStopping)
                    _ceased.TrySetResult();
                _events.RaiseError(WsmqClientOperation.Work, refusal);
                return 0;
            }

            var wait = Waits.Longer(_options.SendBackoff.Next(attempt), WsmqException.From(e)?.RetryAfter);
            Log.NotAsked(_events.Logger, e, _queue, wait);
            await Task.Delay(wait, _time, _asking.Token).ConfigureAwait(false);
            _ask.Set();
            return attempt + 1;
        }
    }

    private int Credit
    {
        get
        {
            lock (_gate)
                return _runner.IsStopping ? 0 : Math.Max(0, _work.Concurrency - _before.Count);
        }
    }

    private static TaskCompletionSource<HubSession> Unattached() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
