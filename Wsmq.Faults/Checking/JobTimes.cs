using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>
/// Checks that no job begins, and no message is delivered, before the end of its delay. Delays are judged by the store's clock: while a fault
/// steps it, nothing is checked.
/// </summary>
internal sealed class JobTimes
{
    /// <summary>The name of the fault that steps the clock of the store.</summary>
    public const string ClockFault = "clock";

    private readonly List<(double From, double To)> _steps = [];
    private readonly List<(string Id, double At)> _deliveries = [];

    public void Take(HistoryEvent fault)
    {
        if (fault.Id != ClockFault)
            return;
        if (fault.Why == "begins")
            _steps.Add((fault.Time, double.PositiveInfinity));
        else if (fault.Why == "ends")
            _steps[^1] = (_steps[^1].From, fault.Time);
    }

    /// <summary>Whether the clock of the store was stepped in these seconds of the run.</summary>
    public bool IsStepped(double from, double to) => _steps.Exists(s => s.From <= to && from <= s.To);

    /// <summary>
    /// Only deliveries of messages with a delay are kept: there are hundreds of thousands of others. A send is before its deliveries.
    /// </summary>
    public void Delivered(HistoryEvent delivery, SendRecord? send)
    {
        if (send is { Delay: not null })
            _deliveries.Add((send.Id, delivery.Time));
    }

    public void Check(JobRecords jobs, SendRecords sends, Verdict verdict)
    {
        foreach (var (id, at) in jobs.Begun.Select(attempt => (attempt.Id, attempt.Began)).Concat(_deliveries))
        {
            if (sends.Find(id) is not { Delay: { } delay } send || at >= send.At + delay)
                continue;
            if (!IsStepped(send.At, at))
                verdict.AddJobsEarly(FormattableString.Invariant($"{id} began at {at} s, but was sent at {send.At} s with a delay of {delay} s"));
        }
    }
}
