using Wsmq.Server.Concurrency;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>The calls of consumers for the jobs of one queue that they hold; calls that are made at the same time share a round trip.</summary>
internal sealed class QueueSettlements
{
    private readonly WsmqAddress _queue;
    private readonly Func<QueueRules> _rules;
    private readonly IJobStore _jobs;
    private readonly QueueTelemetry _telemetry;
    private readonly Action _unavailable;
    private readonly BatchedCalls<Settlement, SettleResult> _settlements;
    private readonly BatchedCalls<JobLease, bool> _extensions;

    /// <param name="queue">The queue.</param>
    /// <param name="rules">Returns the options with which jobs were taken last.</param>
    /// <param name="jobs">The store.</param>
    /// <param name="telemetry">Logs and counts.</param>
    /// <param name="unavailable">Called if the store did not answer a holder that extends its lease.</param>
    public QueueSettlements(WsmqAddress queue, Func<QueueRules> rules, IJobStore jobs, QueueTelemetry telemetry, Action unavailable)
    {
        (_queue, _rules, _jobs, _telemetry, _unavailable) = (queue, rules, jobs, telemetry, unavailable);
        _settlements = new(IJobStore.MostInAStep, batch => jobs.SettleAsync(queue, batch, rules(), CancellationToken.None));
        _extensions = new(IJobStore.MostInAStep, leases => AskAsync(() => jobs.ExtendAsync(queue, leases, rules(), CancellationToken.None)));
    }

    /// <summary>
    /// Ends an attempt; shortens a reason and a delay that are too long. Throws <see cref="WsmqException"/> if the store does not answer: the
    /// call can be repeated.
    /// </summary>
    /// <param name="settlement">The end of the attempt.</param>
    /// <param name="worker">Who ends it, for the log.</param>
    public async Task<SettleResult> SettleAsync(Settlement settlement, string worker)
    {
        var result = await _settlements.CallAsync(settlement with
        {
            Reason = NackReason.Shorten(settlement.Reason),
            Delay = settlement.Delay is { } delay ? Math.Min(delay, _rules().MaxDelay) : null,
        });
        _telemetry.Settled(settlement, result, worker);
        return result;
    }

    /// <summary>Hands back a job that no consumer accepts. If the store does not answer, the lease runs out.</summary>
    public void HandBack(TakenJob job) => _ = SettleAsync(new Settlement(job.Lease, SettlementKind.HandBack), string.Empty).ContinueWith(
        t => _telemetry.HandBackFailed(t.Exception!, job.Lease.Job),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    /// <summary>
    /// Extends a lease to its full duration; false if it is lost. Throws <see cref="WsmqException"/> if the store does not answer.
    /// </summary>
    public Task<bool> ExtendAsync(JobLease lease) => _extensions.CallAsync(lease);

    /// <summary>
    /// Stores the progress of a job, which extends its lease; false if it is lost. Throws <see cref="WsmqException"/> if the store does not
    /// answer.
    /// </summary>
    public Task<bool> ReportProgressAsync(JobLease lease, string progress) =>
        AskAsync(() => _jobs.ProgressAsync(_queue, lease, progress, CancellationToken.None));

    /// <summary>Returns once all calls so far have their results.</summary>
    public async Task WhenIdle()
    {
        await _settlements.WhenIdle();
        await _extensions.WhenIdle();
    }

    // An outage may be over before the loop of the queue itself calls the store.
    private async Task<T> AskAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (WsmqException)
        {
            _unavailable();
            throw;
        }
    }
}
