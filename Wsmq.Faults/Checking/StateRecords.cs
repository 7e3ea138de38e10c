using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>Checks that the state of each address has the newest message of each key, and no other one.</summary>
internal sealed class StateRecords
{
    private readonly Dictionary<(string Address, string Key), HistoryEvent> _kept = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public void Take(HistoryEvent happened)
    {
        if (happened.Kind == EventKind.StateRead)
            _read.Add(happened.Address!);
        else
            _kept.Add((happened.Address!, happened.StateKey!), happened);
    }

    public void Check(SendRecords sends, Failovers failovers, Verdict verdict)
    {
        var stored = sends.All.Where(s => s.StateKey is not null && s.Position is { Length: > 0 } && _read.Contains(s.To)).GroupBy(s => (s.To, s.StateKey!));
        foreach (var ofKey in stored)
            Check(ofKey.Key, ofKey.MaxBy(s => s.Position, StringComparer.Ordinal)!, failovers, verdict);
        foreach (var ((address, key), kept) in _kept)
        {
            if (sends.Find(kept.Id!) is not { } send || send.To != address || send.StateKey != key)
                verdict.AddLost($"{key} of {address} is {kept.Id} at {kept.Position}, which was not sent as such");
        }
    }

    private void Check((string Address, string Key) place, SendRecord newest, Failovers failovers, Verdict verdict)
    {
        var kept = _kept.GetValueOrDefault(place);
        if (kept?.Id == newest.Id || string.CompareOrdinal(kept?.Position, newest.Position) > 0)
            return;
        if (failovers.MayHaveLost(newest))
            verdict.FailoverLost++;
        else
            verdict.AddLost($"{place.Key} of {place.Address} is {kept?.Id ?? "missing"}, but {newest.Id} at {newest.Position} is newer");
    }
}
