using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>
/// Checks that no job begins before the end of its delay. Delays are judged by the store's clock: while a fault steps it, nothing is
/// checked.
/// </summary>
internal sealed class JobTimes
{
    /// <summary>The name of the fault that steps the clock of the store.</summary>
    public const string ClockFault = "clock";

    private readonly List<(double From, double To)> _steps = [];

    public void Take(HistoryEvent fault)
    {
        if (fault.Id != ClockFault)
            return;
        if (fault.Why == "begins")
            _steps.Add((fault.Time, double.PositiveInfinity));
        else if (fault.Why == "ends")
            _steps[^1] = (_steps[^1].From, fault.Time);
    }

    public void Check(JobRecords jobs, SendRecords sends, Verdict verdict)
    {
        foreach (var attempt in jobs.Begun)
        {
            if (sends.Find(attempt.Id) is not { Delay: { } delay } send || attempt.Began >= send.At + delay)
                continue;
            if (!_steps.Exists(s => s.From <= attempt.Began && send.At <= s.To))
                verdict.AddJobsEarly(FormattableString.Invariant($"{attempt.Id} began at {attempt.Began} s, but was sent at {send.At} s with a delay of {delay} s"));
        }
    }
}
