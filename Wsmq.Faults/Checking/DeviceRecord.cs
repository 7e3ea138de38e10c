using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>What one device received.</summary>
internal sealed class DeviceRecord(HistoryEvent device, int since, Verdict verdict)
{
    private readonly Dictionary<string, SourceRecord> _sources =
        device.Reads!.ToDictionary(s => s, s => new SourceRecord($"{device.Device} of {s}", verdict), StringComparer.Ordinal);

    public string Name => device.Device!;

    /// <summary>Whether it uses one of our clients.</summary>
    public bool IsOurs { get; } = device.Why == EventKind.Ours;

    /// <summary>The line from which on the checks include the device.</summary>
    public int Since => since;

    /// <summary>Whether the filter of the device leaves a message out.</summary>
    public bool LeavesOut(SendRecord send) => send.FilteredType is not null && send.To == device.Filtered;

    public int Gaps => _sources.Values.Sum(s => s.Gaps);

    public IReadOnlyDictionary<string, SourceRecord> BySource => _sources;

    /// <summary>Whether a live push to this address is for the device.</summary>
    public bool IsMeant(string to) => to == EventKind.Everybody || _sources.ContainsKey(to);

    public SourceRecord? Of(string source) => _sources.GetValueOrDefault(source);

    public void Take(HistoryEvent happened)
    {
        if (!_sources.TryGetValue(happened.Address!, out var source))
        {
            verdict.AddDuplicated($"{Name} received {happened.Id} of {happened.Address}, which it does not read");
            return;
        }

        // The wsmq client does not expose its connections: all of them count as one.
        source.On(IsOurs ? 0 : happened.Connection ?? 0);
        if (happened.Kind == EventKind.Gap)
            source.Gap(happened);
        else if (happened.Kind == EventKind.Threw)
            source.Threw(happened);
        else
            source.Deliver(happened);
    }
}
