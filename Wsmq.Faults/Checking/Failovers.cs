using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>When a master's tail was not replicated any more, and when its replica took over: what was stored between may be gone.</summary>
internal sealed class Failovers
{
    private readonly List<(int From, int To)> _windows = [];

    public bool Any => _windows.Count > 0;

    /// <summary>Receipts waited for the replica: what has one is not lost.</summary>
    public bool MayLose { get; set; } = true;

    public void Take(HistoryEvent happened, int line)
    {
        if (happened.Kind == EventKind.TailAtRisk)
            _windows.Add((line, int.MaxValue));
        else if (_windows.Count > 0)
            _windows[^1] = (_windows[^1].From, line);
    }

    /// <summary>Whether a message can have been stored in the tail that was lost: after the master was cut off, before the replica took over.</summary>
    public bool MayHaveLost(SendRecord send) => MayLose && _windows.Exists(w => send.Receipted >= w.From && send.Began <= w.To);
}
