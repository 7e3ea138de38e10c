using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>All sends of a history, in the order in which they began.</summary>
internal sealed class SendRecords
{
    private readonly Dictionary<string, SendRecord> _byId = new(StringComparer.Ordinal);
    private readonly List<SendRecord> _all = [];
    private readonly Dictionary<string, string> _receiptedUpTo = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Sender, string To), List<SendRecord>> _open = [];

    public IReadOnlyList<SendRecord> All => _all;

    public void Take(HistoryEvent happened, int line, Verdict verdict)
    {
        if (happened.Kind == EventKind.Send)
            Begin(happened, line);
        else if (happened.Kind == EventKind.Repeated)
            Repeat(happened);
        else if (_byId.TryGetValue(happened.Id!, out var send))
            Answer(send, happened, line, verdict);
    }

    public SendRecord? Find(string id) => _byId.GetValueOrDefault(id);

    public void CheckAnswers(Verdict verdict)
    {
        foreach (var send in _all.Where(s => !s.IsAnswered))
            verdict.AddLeak($"{send.Sender} got no outcome for {send.Id} to {send.To}");
    }

    /// <summary>Completes what receipts do not say: where a device has received the message.</summary>
    public void Locate(IReadOnlyCollection<DeviceRecord> devices)
    {
        foreach (var send in _all.Where(s => s.IsElsewhere))
            send.Position = devices.Select(d => d.Of(send.To)?.PositionOf(send.Id)).FirstOrDefault(p => p is not null) ?? string.Empty;
    }

    private void Begin(HistoryEvent happened, int line)
    {
        var send = new SendRecord
        {
            Id = happened.Id!, Sender = happened.Device!, To = happened.Address!, Began = line, Connection = happened.Connection ?? 0,
            Floor = _receiptedUpTo.GetValueOrDefault(happened.Address!, ""), At = happened.Time, Key = happened.Key, Delay = happened.Delay,
            Life = happened.Life, StateKey = happened.StateKey, IsUnique = happened.UniqueId is not null,
            IsForAnyDevice = happened.AnyDevice == true, FilteredType = happened.Type, IsTracked = happened.Track == true,
            Producer = happened.Producer, Epoch = happened.Epoch ?? 0, Number = happened.Number ?? 0,
        };
        _byId.Add(send.Id, send);
        _all.Add(send);
        OpenOf(send.Sender, send.To).Add(send);
    }

    private void Repeat(HistoryEvent happened)
    {
        foreach (var send in OpenOf(happened.Device!, happened.Address!))
            send.WasRepeated = true;
    }

    private void Answer(SendRecord send, HistoryEvent happened, int line, Verdict verdict)
    {
        send.IsAnswered = true;
        OpenOf(send.Sender, send.To).Remove(send);
        if (happened.Kind != EventKind.Receipt || happened.Why == EventKind.Taken)
            return;
        (send.Position, send.Receipted) = (happened.Position, line);
        send.WasRepeated |= happened.Attempts > 1;
        if (send.IsElsewhere)
            return;

        // If one message has its receipt before another is sent, it is stored before the other, whichever clients sent the two.
        if (string.CompareOrdinal(send.Position, send.Floor) <= 0)
            verdict.AddReordered($"{send.Id} to {send.To} is at {send.Position}, but {send.Floor} was receipted before it was sent");
        if (string.CompareOrdinal(send.Position, _receiptedUpTo.GetValueOrDefault(send.To, "")) > 0)
            _receiptedUpTo[send.To] = send.Position!;
    }

    private List<SendRecord> OpenOf(string sender, string to) => _open.TryGetValue((sender, to), out var open) ? open : _open[(sender, to)] = [];
}
