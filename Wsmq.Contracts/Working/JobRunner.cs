using System.Collections.Concurrent;

namespace Wsmq;

/// <summary>
/// Works on the jobs of one queue in this process: runs the app's handlers on threads of their own, extends the leases meanwhile, and ends
/// each attempt. It holds no more jobs than it works on.
/// </summary>
internal sealed class JobRunner
{
    private const int MostUnknownTypes = 1_000;

    // Less than Publish.SendTimeout by default, which the host's shutdown timeout includes.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyDictionary<string, JobHandler> _handlers;
    private readonly JobHandler? _fallback;
    private readonly WsmqWorkOptions _options;
    private readonly IJobLine _line;
    private readonly IJobReports _reports;
    private readonly TimeProvider _time;
    private readonly HandlerThreads _threads;
    private readonly LeaseRenewals _renewals;
    private readonly CancellationTokenSource _end = new();

    // By lease: a job may be given again before its old attempt is released.
    private readonly ConcurrentDictionary<JobLease, HeldJob> _held = new();

    // When this worker first saw the type. Senders choose the names, so that there may be any number.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _unknownTypes = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <param name="name">The name of its threads.</param>
    /// <param name="handlers">The handlers of the queue.</param>
    /// <param name="options">Its options.</param>
    /// <param name="line">Extends leases and ends attempts.</param>
    /// <param name="reports">Receives what is to be logged.</param>
    /// <param name="time">The clock.</param>
    public JobRunner(
        string name, IEnumerable<JobHandler> handlers, WsmqWorkOptions options, IJobLine line, IJobReports reports, TimeProvider time)
    {
        (_options, _line, _reports, _time) = (options, line, reports, time);
        var all = handlers.ToArray();
        _handlers = all.Where(h => h.Type is not null).ToDictionary(h => h.Type!, StringComparer.Ordinal);
        _fallback = Array.Find(all, h => h.Type is null);
        _threads = new HandlerThreads(options.Concurrency, name);
        _renewals = new LeaseRenewals(_held, line, reports, time);
    }

    /// <summary>How many further jobs it accepts now.</summary>
    public int Free => _stopping ? 0 : _options.Concurrency - _held.Count;

    /// <summary>The leases that it holds.</summary>
    public ICollection<JobLease> Held => _held.Keys;

    public bool IsStopping => _stopping;

    public bool HoldsSuspect => _held.Values.Any(h => h.Job.Lost > 0);

    public void Start() => _renewals.Start();

    /// <summary>Begins with jobs. Returns how many of them, from the first on, it accepts.</summary>
    /// <param name="jobs">The jobs, each with the timestamp at which it was asked for: its lease counts from then on.</param>
    public int Give(IEnumerable<(GivenJob Job, long AskedAt)> jobs)
    {
        using var together = _threads.Hold();
        return jobs.TakeWhile(j => TryGive(j.Job, j.AskedAt)).Count();
    }

    /// <summary>Extends all leases at once: there is a connection again.</summary>
    public void Renew() => _renewals.Renew();

    /// <summary>A job was removed: if it is worked on here, its handler is told. Returns at once.</summary>
    public void Cancel(WsmqPosition job)
    {
        foreach (var (lease, held) in _held)
        {
            if (lease.Job == job)
                held.Cancel();
        }
    }

    /// <summary>Accepts no more jobs, and starts the time that running handlers have left.</summary>
    public void StopTaking()
    {
        if (!_stopping)
            _end.CancelAfter(_options.StopTimeout);
        _stopping = true;
        if (_held.IsEmpty)
            _idle.TrySetResult();
    }

    /// <summary>
    /// Waits until the running handlers have returned. When <see cref="WsmqWorkOptions.StopTimeout"/> is over their token is cancelled, and
    /// they have a little longer. The jobs of those that are left are handed back.
    /// </summary>
    /// <param name="cancellationToken">Cancels the handlers' token early.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        StopTaking();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var early = cancellationToken.UnsafeRegister(_ => Cancel(_end), null);
        using var end = _end.Token.UnsafeRegister(_ => ended.TrySetResult(), null);
        await Task.WhenAny(_idle.Task, ended.Task).ConfigureAwait(false);
        await _idle.Task.WaitAsync(Grace, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_idle.Task.IsCompleted)
            _reports.Left(_held.Count);
        await _renewals.StopAsync().ConfigureAwait(false);

        // A lease that runs out would count.
        var left = _held.Values.Where(h => !h.HasReturned)
            .Select(h => SettleAsync(new Settlement(h.Job.Lease, SettlementKind.HandBack), h.Lost)).ToArray();
        await ((Task)Task.WhenAll(left)).WaitAsync(Grace, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Ends an attempt, repeatedly until there is an answer, or the lease cannot be current any more. Returns false if the lease is lost, and
    /// the end of the attempt was therefore not stored.
    /// </summary>
    /// <param name="settlement">The end of the attempt.</param>
    /// <param name="over">Is cancelled when the lease cannot be current any more.</param>
    public async Task<bool> SettleAsync(Settlement settlement, CancellationToken over)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                // After a call without an answer a lease may be over because that call was stored.
                return await _line.SettleAsync(settlement, over).ConfigureAwait(false) != SettleAnswer.LeaseLost || failures > 0;
            }
            catch (Exception e)
            {
                if (over.IsCancellationRequested)
                    return false;
                await Task.Delay(_line.NotSettled(settlement, e, failures), _time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private bool TryGive(GivenJob job, long askedAt)
    {
        var held = new HeldJob(job, askedAt, _time);
        _held[job.Lease] = held;
        if (_stopping)
        {
            // The stop may have looked before the job was here.
            Release(held);
            return false;
        }

        _renewals.Include(job.Duration);

        // The context here is that of whatever started the node or the client.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Factory.StartNew(() => RunAsync(held), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _threads);
        return true;
    }

    private async Task RunAsync(HeldJob held)
    {
        try
        {
            var settlement = await DecideAsync(held).ConfigureAwait(false);
            held.HasReturned = true;

            // After an outage the store takes leases back only once their holders had half a lease to extend them: the token decides.
            using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
            using var lost = held.Lost.UnsafeRegister(_ => late.CancelAfter(held.Job.Duration / 2), null);
            if (!await SettleAsync(settlement, late.Token).ConfigureAwait(false) && settlement.Kind != SettlementKind.HandBack)
                ReportLost(held);
        }
        catch (Exception e)
        {
            _reports.Unexpected(e);
        }
        finally
        {
            Release(held);
            _line.Released(held.Job.Lease);
        }
    }

    private void Release(HeldJob held)
    {
        _held.TryRemove(held.Job.Lease, out _);
        held.Dispose();
        if (_stopping && _held.IsEmpty)
            _idle.TrySetResult();
    }

    private void ReportLost(HeldJob held)
    {
        if (held.IsCancelled)
            _reports.Cancelled(held.Job);
        else
            _reports.Lost(held.Job);
    }

    /// <summary>Runs the handler; returns how the attempt ended.</summary>
    private async Task<Settlement> DecideAsync(HeldJob held)
    {
        var job = held.Job;
        if (_stopping)
            return new Settlement(job.Lease, SettlementKind.HandBack);
        if (held.Lost.IsCancellationRequested)
        {
            // The process stood still between the grant and now.
            ReportLost(held);
            return new Settlement(job.Lease, SettlementKind.HandBack);
        }

        Func<CancellationToken, Task<JobDecision?>> handle;
        try
        {
            var message = job.Read();
            if ((message.Type is { } type ? _handlers.GetValueOrDefault(type) : null) is not { } handler && (handler = _fallback) is null)
                return Unknown(job, message);
            handle = handler.Bind(message, job, new ProgressReporter(held, _line, _reports, _time));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Converters may throw any exception.
            _reports.Unreadable(job, e);
            return new Settlement(job.Lease, SettlementKind.Retry) { Reason = WsmqNackReasons.Unreadable };
        }

        using var stop = new CancellationTokenSource();
        using var lost = held.Lost.UnsafeRegister(_ => Cancel(stop), null);
        using var end = _end.Token.UnsafeRegister(_ => Cancel(stop), null);
        try
        {
            var decision = await handle(stop.Token).ConfigureAwait(false);
            if (decision?.Unreadable is { } unreadable)
                _reports.Unreadable(job, unreadable);
            return SettlementOf(job, decision);
        }
        catch (Exception e)
        {
            if (held.Lost.IsCancellationRequested)
            {
                // After an outage the lease may still be current. If it is not, this is refused and changes nothing.
                ReportLost(held);
                return new Settlement(job.Lease, SettlementKind.HandBack);
            }

            if (_end.IsCancellationRequested)
                return new Settlement(job.Lease, SettlementKind.HandBack);
            var failure = (e as JobFailedException)?.InnerException ?? e;
            _reports.Failed(job, failure);
            return new Settlement(job.Lease, SettlementKind.Retry) { Reason = failure.GetType().Name };
        }
    }

    // The callbacks are the app's: on a timer's thread their exceptions would end the process, and here they would hold up renewals.
    private void Cancel(CancellationTokenSource stop) => _ = stop.CancelAsync().ContinueWith(
        t => _reports.Unexpected(t.Exception!), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private static Settlement SettlementOf(GivenJob job, JobDecision? decision) => decision switch
    {
        null => new Settlement(job.Lease, SettlementKind.Complete),
        { Answer: { } answer } => new Settlement(job.Lease, SettlementKind.Complete) { Answer = answer },
        { IsRetry: true } => new Settlement(job.Lease, SettlementKind.Retry)
        {
            Counts = decision.Counts, Delay = decision.After is { } after ? Math.Max(0, after.Ticks / TimeSpan.TicksPerMicrosecond) : null, Reason = decision.Reason,
        },
        _ => new Settlement(job.Lease, SettlementKind.Reject) { Reason = decision.Reason },
    };

    // A newer worker may know the type: during a deployment both run.
    private Settlement Unknown(GivenJob job, WsmqDelivery message)
    {
        var now = _time.GetUtcNow();
        var type = message.Type ?? "";
        if (_unknownTypes.Count < MostUnknownTypes && _unknownTypes.TryAdd(type, now))
            _reports.TypeUnknown(type);

        // Not from its storing alone: a delayed job is old when it comes for the first time.
        var stored = DateTimeOffset.FromUnixTimeMilliseconds(message.SentAt);
        var since = _unknownTypes.TryGetValue(type, out var first) && first > stored ? first : stored;
        return now - since < _options.UnknownTypeTimeout
            ? new Settlement(job.Lease, SettlementKind.Retry)
            {
                Counts = false, Delay = _options.UnknownTypeDelay.Ticks / TimeSpan.TicksPerMicrosecond, Reason = WsmqNackReasons.NoHandler,
            }
            : new Settlement(job.Lease, SettlementKind.Reject) { Reason = WsmqNackReasons.NoHandler };
    }
}
