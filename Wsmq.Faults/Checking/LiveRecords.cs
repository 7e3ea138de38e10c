using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>
/// Live pushes: a device must receive only pushes that are for it, each once. Delivery is not guaranteed: pushes that a connected
/// device did not receive are counted, and are no violation.
/// </summary>
internal sealed class LiveRecords(Verdict verdict)
{
    // By then nodes have left the old server, and treat a former primary as a replica.
    private const double SettleSeconds = 20;

    private readonly Dictionary<string, LivePush> _pushes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _connected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _losses = new(StringComparer.Ordinal);
    private double _settledAt = double.NegativeInfinity;

    /// <summary>During a failover the backplane may deliver a push twice, from the old server and from the new one.</summary>
    /// <param name="happened">The start of the failover, which tolerates repeats, or the promotion, which limits them.</param>
    public void FailedOver(HistoryEvent happened) =>
        _settledAt = happened.Kind == EventKind.Promoted ? happened.Time + SettleSeconds : double.PositiveInfinity;

    /// <summary>A device connected or lost its connection.</summary>
    public void State(HistoryEvent state)
    {
        if (state.Why == EventKind.Connected)
            _connected.Add(state.Device!);
        else if (_connected.Remove(state.Device!))
            _losses[state.Device!] = LossesOf(state.Device!) + 1;
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
            verdict.AddLiveWrong($"{device.Name} received the live push {pushed.Id}, which was never sent");
        else if (!device.IsMeant(push.To))
            verdict.AddLiveWrong($"{device.Name} received the live push {pushed.Id} to {push.To}");
        else if (push.Got.TryAdd(device.Name, LossesOf(device.Name)))
            verdict.LiveDelivered++;

        // The node of the new connection may be behind with what it gets from Redis.
        else if (pushed.Time < _settledAt || push.Got[device.Name] != LossesOf(device.Name))
            verdict.LiveAgain++;
        else
            verdict.AddLiveTwice($"{device.Name} received the live push {pushed.Id} to {push.To} twice");
    }

    /// <summary>Counts the pushes that were not delivered.</summary>
    public void Count()
    {
        verdict.LivePushes = _pushes.Count;
        verdict.LiveMissed = _pushes.Values.Where(p => !p.Failed).Sum(p => p.Expected.Count(device => !p.Got.ContainsKey(device)));
    }

    private int LossesOf(string device) => _losses.GetValueOrDefault(device);

    /// <param name="to">The address.</param>
    /// <param name="expected">The devices that were connected when it was sent.</param>
    private sealed class LivePush(string to, IReadOnlyList<string> expected)
    {
        public string To => to;

        public IReadOnlyList<string> Expected => expected;

        /// <summary>The devices that got it, and how many connections each had lost before.</summary>
        public Dictionary<string, int> Got { get; } = new(StringComparer.Ordinal);

        public bool Failed { get; set; }
    }
}
