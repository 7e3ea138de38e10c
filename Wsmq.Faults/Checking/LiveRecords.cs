using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>
/// Live pushes: what comes to a device must be for it, and must come once. Nobody is promised that it comes: what a device that was
/// connected has not got is counted.
/// </summary>
internal sealed class LiveRecords(Verdict verdict)
{
    // Nodes have left the old server, and have heard that a former master is none any more.
    private const double SettleSeconds = 20;

    private readonly Dictionary<string, LivePush> _pushes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _connected = new(StringComparer.Ordinal);
    private double _settledAt = double.NegativeInfinity;

    /// <summary>For a while the backplane may have what was published both from the old server and from the new one.</summary>
    /// <param name="happened">The tail is at risk: it may be so until the failover and beyond. Or the replica is the master now.</param>
    public void FailedOver(HistoryEvent happened) =>
        _settledAt = happened.Kind == EventKind.Promoted ? happened.Time + SettleSeconds : double.PositiveInfinity;

    /// <summary>A device connects, or has lost its connection.</summary>
    public void State(HistoryEvent state)
    {
        if (state.Why == EventKind.Connected)
            _connected.Add(state.Device!);
        else
            _connected.Remove(state.Device!);
    }

    public void Push(HistoryEvent push, IEnumerable<DeviceRecord> devices)
    {
        if (push.Why is not null)
            _pushes[push.Id!].Failed = true;
        else
            _pushes.Add(push.Id!, new LivePush(push.Address!, [.. devices.Where(d => d.IsMeant(push.Address!) && _connected.Contains(d.Name)).Select(d => d.Name)]));
    }

    public void Pushed(HistoryEvent pushed, DeviceRecord device)
    {
        if (!_pushes.TryGetValue(pushed.Id!, out var push))
            verdict.AddLiveWrong($"{device.Name} got the live push {pushed.Id}, which nobody made");
        else if (!device.IsMeant(push.To))
            verdict.AddLiveWrong($"{device.Name} got the live push {pushed.Id} to {push.To}");
        else if (push.Got.Add(device.Name))
            verdict.LiveDelivered++;
        else if (pushed.Time < _settledAt)
            verdict.LiveAgain++;
        else
            verdict.AddLiveTwice($"{device.Name} got the live push {pushed.Id} to {push.To} twice");
    }

    /// <summary>Counts what did not come.</summary>
    public void Count()
    {
        verdict.LivePushes = _pushes.Count;
        verdict.LiveMissed = _pushes.Values.Where(p => !p.Failed).Sum(p => p.Expected.Count(device => !p.Got.Contains(device)));
    }

    /// <param name="to">Whom it is for.</param>
    /// <param name="expected">Devices that were connected when it was made.</param>
    private sealed class LivePush(string to, IReadOnlyList<string> expected)
    {
        public string To => to;

        public IReadOnlyList<string> Expected => expected;

        public HashSet<string> Got { get; } = new(StringComparer.Ordinal);

        public bool Failed { get; set; }
    }
}
