using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>Checks that after the last fault clients and nodes see the presence of each address as it is.</summary>
internal sealed class PresenceRecords
{
    private readonly Dictionary<string, string> _truth = new(StringComparer.Ordinal);
    private readonly List<HistoryEvent> _seen = [];

    public void Take(HistoryEvent happened)
    {
        if (happened.Kind == EventKind.PresenceTrue)
            _truth[happened.Address!] = happened.Why!;
        else
            _seen.Add(happened);
    }

    public void Check(Verdict verdict)
    {
        foreach (var seen in _seen)
        {
            if (_truth.GetValueOrDefault(seen.Address!) is var truth && truth != seen.Why)
                verdict.AddPresenceWrong($"{seen.Device} sees {seen.Address} as '{seen.Why}', but it is '{truth}'");
        }
    }
}
