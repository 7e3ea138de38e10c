using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Schedules;

/// <summary>
/// Fires the recurring jobs of one queue that this node declares as they hold. Of several nodes the store lets one fire each occurrence. One
/// that fails is tried again with the next round, and stops no other.
/// </summary>
internal sealed class QueueSchedules(
    WsmqAddress queue, IReadOnlyList<RecurringJob> jobs, IStore store, MessageRules rules, WsmqMetrics metrics, ILogger logger)
{
    // The jobs of many missed occurrences are stored in several calls.
    private const int MostBytes = 1 << 20;
    private const int MostJobs = 100;

    /// <summary>Runs a round.</summary>
    /// <param name="held">What holds for the queue.</param>
    /// <param name="recurring">The recurring jobs that hold, by name, with their fingerprints.</param>
    /// <param name="cancellationToken">Cancels the round.</param>
    /// <returns>When the next round is due, by the store's clock; null if nothing is stored.</returns>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: the round can be repeated.</exception>
    public async Task<long?> RunAsync(HeldDeclarations held, IReadOnlyDictionary<string, string> recurring, CancellationToken cancellationToken)
    {
        foreach (var (name, state) in held.Schedules.Where(s => !recurring.ContainsKey(s.Key)))
            await store.Declarations.AdvanceAsync(queue, new ScheduleAdvance(name, state, null), cancellationToken);

        var own = jobs.Where(j => j.Message is not null && recurring.TryGetValue(j.Name, out var fingerprint) && fingerprint == j.Fingerprint);
        var dues = await Task.WhenAll(own.Select(j => RunAsync(j, held, cancellationToken)));
        return dues.Min();
    }

    /// <summary>Returns when the recurring job is due next; null if it failed.</summary>
    private async Task<long?> RunAsync(RecurringJob job, HeldDeclarations held, CancellationToken cancellationToken)
    {
        try
        {
            var text = held.Schedules.GetValueOrDefault(job.Name, "");
            var state = ScheduleState.Parse(text);
            return SchedulePlan.Of(job, state, held.Now) is { } plan
                ? await AdvanceAsync(job, plan, state, text, held.Now, cancellationToken)
                : state!.Due;
        }
        catch (Exception e) when (e is not OperationCanceledException && (e as WsmqException)?.Error != WsmqErrors.StoreUnavailable)
        {
            Log.RecurringJobFailed(logger, e, job.Name, queue.ToString());
            return null;
        }
    }

    private async Task<long?> AdvanceAsync(
        RecurringJob job, SchedulePlan plan, ScheduleState? state, string text, long now, CancellationToken cancellationToken)
    {
        var requests = Requests(job, plan);
        plan = plan.Cut(requests.Count);
        var result = await store.Declarations.AdvanceAsync(
            queue, new ScheduleAdvance(job.Name, text, plan.Next) { Jobs = requests }, cancellationToken);
        switch (result.Outcome)
        {
            case AdvanceOutcome.Done:
                Report(job, plan, state, result);
                return plan.Next.Due;
            case AdvanceOutcome.QueueFull:
                Log.RecurringQueueFull(logger, job.Name, queue.ToString());
                return null;
            default:
                // Another node was faster, or the clock stepped back: the next round sees the new state.
                return now;
        }
    }

    private List<AppendRequest> Requests(RecurringJob job, SchedulePlan plan)
    {
        var requests = new List<AppendRequest>();
        for (var bytes = 0; requests.Count < Math.Min(plan.Occurrences.Count, MostJobs) && bytes < MostBytes; bytes += requests[^1].Bytes)
            requests.Add(job.RequestOf(plan.Occurrences[requests.Count], rules));
        return requests;
    }

    private void Report(RecurringJob job, SchedulePlan plan, ScheduleState? state, AdvanceResult result)
    {
        metrics.RecurringJobs(result.Stored, result.Skipped);
        if (plan.IsAnew)
            Log.RecurringJobPlannedAnew(logger, job.Name, queue.ToString());
        if (result.Skipped > 0)
            Log.RecurringJobSkipped(logger, result.Skipped, job.Name, queue.ToString());
        if (state is not null && plan.Next.Last > state.Due)
            Log.RecurringJobMissed(logger, job.Name, queue.ToString(), CronSchedule.Moment(state.Due), result.Stored);
    }
}
