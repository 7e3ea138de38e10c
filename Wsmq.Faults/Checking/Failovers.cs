using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>The intervals from the end of replication to the promotion of the replica: what was stored in them may be lost.</summary>
internal sealed class Failovers
{
    // How much later than an event of a worker, or earlier, the store may have changed: a busy machine delays both.
    private const double Slack = 5;

    private readonly List<(int From, int To)> _windows = [];
    private readonly List<(double From, double To)> _times = [];

    public bool Any => _windows.Count > 0;

    /// <summary>
    /// False if receipts wait for the replica: then no message with a receipt may be lost, and neither may a grant, nor the end of an attempt.
    /// </summary>
    public bool MayLose { get; set; } = true;

    public void Take(HistoryEvent happened, int line)
    {
        if (happened.Kind == EventKind.TailAtRisk)
        {
            _windows.Add((line, int.MaxValue));
            _times.Add((happened.Time - Slack, double.PositiveInfinity));
        }
        else if (_windows.Count > 0)
        {
            _windows[^1] = (_windows[^1].From, line);
            _times[^1] = (_times[^1].From, happened.Time + Slack);
        }
    }

    /// <summary>
    /// Whether a message may have been stored in the lost tail: after the primary was cut off, before the replica was promoted.
    /// </summary>
    public bool MayHaveLost(SendRecord send) => MayLose && _windows.Exists(w => send.Receipted >= w.From && send.Began <= w.To);

    /// <summary>
    /// Whether a message may be at two positions: readers had got it from the lost tail, and its sender, which had no receipt yet, repeated it.
    /// </summary>
    public bool MayHaveStoredTwice(SendRecord send) =>
        MayHaveLost(send) || _windows.Exists(w => send.Began <= w.To && send.Receipted > w.To);

    /// <summary>Whether what was stored at this time, in seconds of the run, may have been in a lost tail.</summary>
    public bool IsDuring(double time) => _times.Exists(t => t.From <= time && time <= t.To);

    /// <summary>
    /// Whether the beginning of an attempt at a job, or its end, may have been lost with the tail.
    /// </summary>
    public bool MayHaveRolledBack(AttemptRecord attempt) => MayLose && (IsDuring(attempt.Began) || IsDuring(attempt.Ended));
}
