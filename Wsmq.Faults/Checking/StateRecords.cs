using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>
/// Checks that the state of each address has the newest message of each key, and no other one, and that each device has been told that one last.
/// </summary>
internal sealed class StateRecords
{
    private readonly Dictionary<(string Address, string Key), HistoryEvent> _kept = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Device, string Address, string Key), HistoryEvent> _seen = [];

    public void Take(HistoryEvent happened)
    {
        if (happened.Kind == EventKind.StateRead)
            _read.Add(happened.Address!);
        else if (happened.Kind == EventKind.StateSeen)
            See(happened, happened.StateKey!);
        else
            _kept.Add((happened.Address!, happened.StateKey!), happened);
    }

    /// <summary>A message of the log may be state as well. A send is before its deliveries.</summary>
    public void Delivered(HistoryEvent delivery, SendRecord? send)
    {
        if (send?.StateKey is { } key)
            See(delivery, key);
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

        foreach (var ((device, address, key), seen) in _seen)
            CheckSeen(device, (address, key), seen, sends, failovers, verdict);
    }

    private void See(HistoryEvent told, string key)
    {
        var place = (told.Device!, told.Address!, key);
        if (!_seen.TryGetValue(place, out var before) || string.CompareOrdinal(before.Position, told.Position) < 0)
            _seen[place] = told;
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

    private void CheckSeen(
        string device, (string Address, string Key) place, HistoryEvent seen, SendRecords sends, Failovers failovers, Verdict verdict)
    {
        if (!_read.Contains(place.Address) || _kept.GetValueOrDefault(place) is var kept && kept?.Position == seen.Position)
            return;

        // The device has read what was lost with the tail of a primary.
        if (string.CompareOrdinal(seen.Position, kept?.Position) > 0 && sends.Find(seen.Id!) is { } send && failovers.MayHaveLost(send))
            return;
        verdict.AddStateApart($"{place.Key} of {place.Address} is {seen.Id} at {seen.Position} for {device}, but {kept?.Id} at {kept?.Position} in the store");
    }
}
