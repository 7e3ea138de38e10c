using System.Globalization;
using Wsmq.Faults.History;
using Wsmq.Faults.Jobs;

namespace Wsmq.Faults.Checking;

/// <summary>
/// The occurrences of the recurring job: each has one job, from the first that began until the time that was due at the end of the load, and
/// none begins before its time.
/// </summary>
internal sealed class OccurrenceRecords
{
    // Two clocks of one machine, of which one is read in milliseconds.
    private const double Slack = 0.05;

    // So long after a step of the store's clock a job may begin that it has made due.
    private const double StepSeconds = 60;

    private readonly SortedDictionary<DateTimeOffset, HashSet<string>> _jobs = [];
    private readonly List<HistoryEvent> _early = [];
    private DateTimeOffset? _due;

    public void Take(HistoryEvent happened)
    {
        var time = DateTimeOffset.Parse(happened.Id!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if (happened.Kind == EventKind.OccurrencesDue)
        {
            _due = time;
            return;
        }

        if (!_jobs.TryGetValue(time, out var positions))
            _jobs.Add(time, positions = new(StringComparer.Ordinal));
        positions.Add(happened.Position!);
        if (happened.Late < -Slack)
            _early.Add(happened);
    }

    public void Check(JobTimes times, Failovers failovers, Verdict verdict)
    {
        verdict.Occurrences = _jobs.Count;
        foreach (var (time, positions) in _jobs.Where(j => j.Value.Count > 1))
        {
            // The lost tail had the job, and with it that the occurrence was over.
            if (failovers is { Any: true, MayLose: true })
                verdict.JobsRolledBack++;
            else
                verdict.AddOccurrenceTwice($"that of {time:T} has the jobs {string.Join(" and ", positions)}");
        }

        foreach (var job in _early.Where(j => !times.IsStepped(j.Time - StepSeconds, j.Time)))
            verdict.AddJobsEarly(FormattableString.Invariant($"the job of the occurrence {job.Id} began {-job.Late} s before its time"));
        if (_due is not { } due)
            return;
        if (_jobs.Count == 0)
            verdict.AddOccurrenceLost("no job of the recurring job began");
        else
            CheckAll(_jobs.Keys.First(), due, verdict);
    }

    private void CheckAll(DateTimeOffset first, DateTimeOffset due, Verdict verdict)
    {
        for (var time = first; time <= due; time += Tick.Every)
        {
            if (!_jobs.ContainsKey(time))
                verdict.AddOccurrenceLost($"that of {time:T}");
        }
    }
}
