using Wsmq.Server.Stores;

namespace Wsmq.Server.Schedules;

/// <summary>What to do about a recurring job at a moment.</summary>
/// <param name="Next">Its next state.</param>
/// <param name="Occurrences">The occurrences to fire, the oldest first.</param>
internal sealed record SchedulePlan(ScheduleState Next, IReadOnlyList<long> Occurrences)
{
    // After a step back of at most this the state stays as it is: no occurrence runs twice. After a longer one, such as the end of a wrong
    // date, waiting for the stored occurrence could take for ever.
    private static readonly long LongestStepBack = TimeSpan.FromHours(1).Micros();

    // A node needs a moment to fire an occurrence.
    private static readonly long OnTime = TimeSpan.FromMinutes(1).Micros();

    /// <summary>The clock has stepped back too far: the occurrences are determined anew, and some may run again.</summary>
    public bool IsAnew { get; init; }

    /// <summary>The plan; null if the stored occurrence is still to come.</summary>
    /// <param name="job">The recurring job.</param>
    /// <param name="state">Its stored state; null if there is none.</param>
    /// <param name="now">The store's clock.</param>
    public static SchedulePlan? Of(RecurringJob job, ScheduleState? state, long now)
    {
        if (state is null || state.Definition != job.Schedule.Definition || state.PlannedAt - now > LongestStepBack)
            return new SchedulePlan(First(job, state, now), []) { IsAnew = state is not null && state.Definition == job.Schedule.Definition };
        if (state.Due > now)
            return null;
        var due = job.Schedule.Newest(state.Due, now, job.Options.Missed == WsmqMissedRuns.All ? job.Options.MaxMissed : 1);
        if (job.Options.Missed == WsmqMissedRuns.None)
            due = [.. due.Where(occurrence => now - occurrence <= OnTime)];
        return new SchedulePlan(After(job, state, now), due);
    }

    /// <summary>The first occurrences of the plan only; the others are fired next.</summary>
    public SchedulePlan Cut(int count) => count >= Occurrences.Count
        ? this
        : new SchedulePlan(Next with { Due = Occurrences[count], Last = Occurrences[count - 1] }, [.. Occurrences.Take(count)]);

    // An occurrence that the old expression has fired does not run again by the new one.
    private static ScheduleState First(RecurringJob job, ScheduleState? state, long now)
    {
        var last = state is not null && state.Last - now <= LongestStepBack ? state.Last : 0;
        return new ScheduleState(DueAfter(job, Math.Max(now, last)), job.Schedule.Definition) { Last = last };
    }

    private static ScheduleState After(RecurringJob job, ScheduleState state, long now) =>
        state with { Due = DueAfter(job, now), Last = job.Schedule.Newest(state.Due, now, 1).LastOrDefault(state.Last) };

    private static long DueAfter(RecurringJob job, long time) => job.Schedule.NextAfter(time) ?? WsmqPosition.MaxValue;
}
