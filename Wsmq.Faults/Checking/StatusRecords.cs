using Wsmq.Faults.Clients;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>
/// The states of tracked messages that senders were told, and read at the end: each must be what happened, and at the end nothing that was handled
/// may be open.
/// </summary>
internal sealed class StatusRecords
{
    // When: by message, and who has handled it, a device and its user.
    private readonly Dictionary<(string Id, string Who), double> _handled = [];
    private readonly HashSet<(string Device, string Address, string Position)> _deadLetters = [];
    private readonly List<(HistoryEvent Status, bool WasHandled)> _told = [];
    private readonly Dictionary<string, HistoryEvent> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, string>> _readers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public void Take(HistoryEvent happened, SendRecords sends)
    {
        switch (happened.Kind)
        {
            case EventKind.Ack when sends.Find(happened.Id!) is { IsTracked: true }:
                _handled[(happened.Id!, happened.Device!)] = happened.Time;
                _handled[(happened.Id!, Client.UserOf(happened.Device!))] = happened.Time;
                break;
            case EventKind.DeadLettered:
                _deadLetters.Add((happened.Device!, happened.Address!, happened.Position!));
                break;
            case EventKind.Status:
                _told.Add((happened, _handled.ContainsKey((happened.Id!, HandlerOf(happened, sends)))));
                if (_readers.TryGetValue(happened.Id!, out var readers))
                    readers[happened.Reader!] = happened.Why!;
                break;
            case EventKind.StatusRead:

                // The lines of its readers follow.
                _messages[happened.Id!] = happened;
                _readers[happened.Id!] = new(StringComparer.Ordinal);
                break;
            case EventKind.StatusesRead:
                _read.Add(Client.UserOf(happened.Device!));
                break;
        }
    }

    public void Check(StatusTruth truth, Verdict verdict)
    {
        foreach (var (status, wasHandled) in _told)
        {
            if (truth.DefectOf(status) is { } defect)
                verdict.AddStatusWrong($"{status.Device} was told of {status.Id}, which {defect}");
            else if (!IsTrue(status, wasHandled, truth, verdict))
                verdict.AddStatusWrong($"{status.Id} to {status.Address} at {status.Position} is {status.Why} for {status.Reader}: {status.Device} at {status.Time} s");
        }

        foreach (var status in _messages.Values.Where(m => truth.DefectOf(m) is null))
        {
            CheckCount(status, verdict);
            if (status.Why != "acknowledged" && !IsTrue(status, wasHandled: false, truth, verdict))
                verdict.AddStatusWrong($"{status.Id} to {status.Address} at {status.Position} is {status.Why}: {status.Device} at the end");
        }

        foreach (var send in truth.Sends.All.Where(s => s is { IsTracked: true, Position: not null }))
        {
            verdict.Tracked++;
            if (_read.Contains(Client.UserOf(send.Sender)))
                CheckEnd(send, truth, verdict);
        }
    }

    // Who must have handled what is acknowledged. A message for any device may be acknowledged in its turn once another one has handled it.
    private static string HandlerOf(HistoryEvent status, SendRecords sends) => sends.Find(status.Id!) is { IsForAnyDevice: true } send
        ? NameOf(send.To)
        : status.Address!.StartsWith("user:", StringComparison.Ordinal) ? $"{NameOf(status.Address)}/{status.Reader}" : status.Reader!;

    private static string NameOf(string address) => address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private bool IsTrue(HistoryEvent status, bool wasHandled, StatusTruth truth, Verdict verdict)
    {
        var send = truth.Sends.Find(status.Id!)!;
        switch (status.Why)
        {
            case "acknowledged" when wasHandled:
                return true;
            case "acknowledged":
                // It was written to a connection that was lost, and the gap in its place was acknowledged.
                verdict.StatusUnsure += truth.IsInGap(status) ? 1 : 0;
                return truth.IsInGap(status);
            case "expired":
                return truth.IsExpired(send, status.Time);
            case "lost":
                return truth.IsInGap(status) || truth.MayBeRemoved(send) || truth.MayBeLost(send);
            case "dead-lettered":
                return truth.ReadersOf(status).Any(d => _deadLetters.Contains((d.Name, status.Address!, status.Position!)));
            case "skipped":
                return send.IsForAnyDevice || truth.ReadersOf(status).Any(d => d.LeavesOut(send));
            default:
                return true;
        }
    }

    private void CheckCount(HistoryEvent status, Verdict verdict)
    {
        var acknowledged = _readers[status.Id!].Values.Count(state => state == "acknowledged");
        verdict.TrackedAcknowledged += acknowledged > 0 ? 1 : 0;
        if (status.Attempts != acknowledged || acknowledged > 0 != (status.Why == "acknowledged"))
            verdict.AddStatusWrong($"{status.Id} to {status.Address} is {status.Why} with {status.Attempts} acks, but {acknowledged} have acknowledged it");
    }

    private void CheckEnd(SendRecord send, StatusTruth truth, Verdict verdict)
    {
        if (!_messages.TryGetValue(send.Id, out var status))
        {
            verdict.StatusUnsure += truth.MayBeLost(send) ? 1 : 0;
            if (!truth.MayBeLost(send))
                verdict.AddStatusWrong($"{send.Id} to {send.To} at {send.Position} has no status");
            return;
        }

        if (send.Position is { Length: > 0 } position && status.Position != position && !truth.MayBeElsewhere(send))
            verdict.AddStatusWrong($"{send.Id} to {send.To} is at {position}, but its status is of {status.Position}");
        foreach (var (device, reader) in truth.DevicesOf(send))
            CheckEnd(send, device, reader, truth, verdict);
    }

    private void CheckEnd(SendRecord send, DeviceRecord device, string reader, StatusTruth truth, Verdict verdict)
    {
        if (!_handled.TryGetValue((send.Id, device.Name), out var handled))
            return;
        switch (_readers[send.Id].GetValueOrDefault(reader))
        {
            case "acknowledged":
                break;

            // The node was killed before it had noted the delivery, or another device has handled a message for any.
            case "expired" or "lost" or "skipped":
                verdict.StatusUnsure++;
                break;

            // The ack was lost, and nothing has made the device acknowledge again.
            case var _ when truth.MayBeRolledBack(handled):
                verdict.StatusUnsure++;
                break;
            case var open:
                verdict.AddStatusWrong($"{send.Id} to {send.To} at {send.Position} is {open ?? "unknown"} for {reader}, but {device.Name} has handled it");
                break;
        }
    }
}
