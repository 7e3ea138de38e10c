using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>
/// Changes the jobs of some states in steps. Workers and other calls change the queue in between, so that a page can leave jobs out: the
/// sweep passes over the states until a pass has changed nothing.
/// </summary>
/// <param name="jobs">The store.</param>
/// <param name="queue">The queue.</param>
/// <param name="states">The states, in the order in which jobs move between them: what moves on meanwhile is found in the same pass.</param>
internal sealed class JobSweep(IJobStore jobs, WsmqAddress queue, IReadOnlyList<JobState> states)
{
    // A client does not call for each page, and no call takes long.
    private const int PagesInAStep = 10;

    // The contents of a page are in memory at the same time.
    private const int JobsWithContent = 20;

    /// <summary>Returns the bound of a new sweep.</summary>
    public required Func<CancellationToken, Task<long>> Begin { get; init; }

    /// <summary>Whether a job is to be changed, with the bound.</summary>
    public required Func<StoredJob, long, bool> Chooses { get; init; }

    /// <summary>Changes jobs; the result has one item for each.</summary>
    public required Func<IReadOnlyList<WsmqPosition>, CancellationToken, Task<bool[]>> Change { get; init; }

    /// <summary>Whether <see cref="Chooses"/> needs the content.</summary>
    public bool WithContent { get; init; }

    /// <summary>Does one step.</summary>
    /// <param name="next">What the previous step has returned; null for the first one.</param>
    /// <param name="cancellationToken">Cancels the step; a part of it may be done.</param>
    public async Task<WsmqQueueStep> StepAsync(string? next, CancellationToken cancellationToken)
    {
        SweepCursor? at = next is null ? new SweepCursor(await Begin(cancellationToken)) : SweepCursor.Parse(next, states.Count);
        var count = 0L;
        for (var pages = 0; pages < PagesInAStep && at is { } cursor; pages++)
        {
            var most = WithContent ? JobsWithContent : IJobStore.MostInAStep;
            var page = await jobs.ListAsync(queue, states[cursor.State], cursor.Skip, most, WithContent, cancellationToken);
            var chosen = page.Where(j => Chooses(j, cursor.Bound)).Select(j => j.Job).ToList();
            var changed = chosen.Count == 0 ? 0 : (await Change(chosen, cancellationToken)).Count(done => done);
            count += changed;
            at = After(cursor, page.Count, changed, isLast: page.Count < most);
        }

        return new WsmqQueueStep(count, at?.ToString());
    }

    private SweepCursor? After(SweepCursor cursor, int listed, int changed, bool isLast)
    {
        var (bound, state, skip, before) = cursor;
        var any = before || changed > 0;
        return !isLast ? new SweepCursor(bound, state, skip + listed - changed, any)
            : state + 1 < states.Count ? new SweepCursor(bound, state + 1, 0, any)
            : any ? new SweepCursor(bound)
            : null;
    }
}
