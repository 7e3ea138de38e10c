using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>The intervals from the end of replication to the promotion of the replica: what was stored in them may be lost.</summary>
internal sealed class Failovers
{
    private readonly List<(int From, int To)> _windows = [];

    public bool Any => _windows.Count > 0;

    /// <summary>False if receipts wait for the replica: then no message with a receipt may be lost.</summary>
    public bool MayLose { get; set; } = true;

    public void Take(HistoryEvent happened, int line)
    {
        if (happened.Kind == EventKind.TailAtRisk)
            _windows.Add((line, int.MaxValue));
        else if (_windows.Count > 0)
            _windows[^1] = (_windows[^1].From, line);
    }

    /// <summary>
    /// Whether a message may have been stored in the lost tail: after the primary was cut off, before the replica was promoted.
    /// </summary>
    public bool MayHaveLost(SendRecord send) => MayLose && _windows.Exists(w => send.Receipted >= w.From && send.Began <= w.To);
}
