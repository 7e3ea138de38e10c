using Wsmq.Faults.History;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Checking;

/// <summary>
/// Checks a recorded history against the promises of docs/guarantees.md. It depends on nothing but the history, so that a stored
/// history can be checked again with the same result.
/// </summary>
internal sealed class HistoryChecker
{
    private readonly Verdict _verdict = new();
    private readonly Failovers _failovers = new();
    private readonly Dictionary<string, DeviceRecord> _devices = new(StringComparer.Ordinal);
    private readonly SendRecords _sends = new();
    private readonly LiveRecords _live;
    private readonly JobRecords _jobs = new();
    private readonly JobTimes _times = new();
    private readonly StateRecords _state = new();

    // What the other kinds of load promise: each has its records in a file of its own.
    private readonly OccurrenceRecords _occurrences = new();
    private readonly RequestRecords _requests = new();
    private readonly PresenceRecords _presence = new();
    private readonly StatusRecords _statuses = new();
    private readonly SequenceRecords _sequences = new();

    private HistoryChecker() => _live = new LiveRecords(_verdict);

    public static Verdict Check(IEnumerable<HistoryEvent> history)
    {
        var checker = new HistoryChecker();
        foreach (var (happened, line) in history.Select((e, i) => (e, i)))
            checker.Take(happened, line);
        return checker.Judge();
    }

    private void Take(HistoryEvent happened, int line)
    {
        switch (happened.Kind)
        {
            case EventKind.Run:
                _failovers.MayLose = happened.Why != StoreName.Receipts;
                break;
            case EventKind.Device:
                _devices.Add(happened.Device!, new DeviceRecord(happened, line, _verdict));
                break;
            case EventKind.Send or EventKind.Receipt or EventKind.Failed or EventKind.Repeated:
                _sends.Take(happened, line, _verdict);
                break;
            case EventKind.Deliver or EventKind.Threw or EventKind.Gap:
                if (_devices.TryGetValue(happened.Device!, out var device))
                    device.Take(happened);
                if (happened.Kind == EventKind.Deliver)
                    Delivered(happened, device, _sends.Find(happened.Id!));
                break;
            case EventKind.State:
                _live.State(happened);
                break;
            case EventKind.Push:
                _live.Push(happened, _devices.Values);
                break;
            case EventKind.Pushed:
                if (_devices.TryGetValue(happened.Device!, out var pushedTo))
                    _live.Pushed(happened, pushedTo);
                break;
            case EventKind.Fault:
                _verdict.Faults += happened.Why == "begins" ? 1 : 0;
                _times.Take(happened);
                break;
            case EventKind.JobBegan or EventKind.JobReturned or EventKind.JobThrew or EventKind.JobUncounted or EventKind.JobRejected
                or EventKind.JobLeaseLost or EventKind.JobDead or EventKind.JobStored or EventKind.JobsRead:
                _jobs.Take(happened);
                break;
            case EventKind.Kept or EventKind.StateRead or EventKind.StateSeen:
                _state.Take(happened);
                break;
            case EventKind.Occurrence or EventKind.OccurrencesDue:
                _occurrences.Take(happened);
                break;
            case EventKind.Request or EventKind.Asked or EventKind.Replied or EventKind.Unanswered:
                _requests.Take(happened);
                break;
            case EventKind.PresenceTrue or EventKind.PresenceSeen:
                _presence.Take(happened);
                break;
            case EventKind.Ack or EventKind.DeadLettered or EventKind.Status or EventKind.StatusRead or EventKind.StatusesRead:
                _statuses.Take(happened, _sends);
                break;
            case EventKind.PlaceTried or EventKind.PlaceTold:
                _sequences.Take(happened);
                break;
            case EventKind.TailAtRisk or EventKind.Promoted:
                _failovers.Take(happened, line);
                _live.FailedOver(happened);
                break;
            case EventKind.Leak:
                _verdict.AddLeak($"{happened.Id}: {happened.Why}");
                break;
        }
    }

    private void Delivered(HistoryEvent delivery, DeviceRecord? device, SendRecord? send)
    {
        _times.Delivered(delivery, send);
        _sequences.Delivered(delivery, send);

        // The plain clients do not ask what the state is after a gap.
        if (device is { IsOurs: true })
            _state.Delivered(delivery, send);
    }

    private Verdict Judge()
    {
        _verdict.Sent = _sends.All.Count;
        _verdict.Receipted = _sends.All.Count(s => s.Position is not null);
        _verdict.GapsAnnounced = _devices.Values.Sum(d => d.Gaps);
        _sends.CheckAnswers(_verdict);
        _live.Count();
        _sends.Locate(_devices.Values);
        SenderOrder.Check(_sends.All, _verdict);
        new Coverage(_devices.Values, _failovers, _verdict).Check(_sends.All);
        JobLeases.Check(_jobs.All, _failovers, _verdict);
        JobOrder.Check(_jobs, _sends, _failovers, _verdict);
        JobOutcomes.Check(_jobs, _sends, _failovers, _verdict);
        _times.Check(_jobs, _sends, _verdict);
        _state.Check(_sends, _failovers, _verdict);
        _occurrences.Check(_times, _failovers, _verdict);
        _requests.Check(_verdict);
        _presence.Check(_verdict);
        _statuses.Check(new StatusTruth(_sends, _devices.Values, _failovers, _times), _verdict);
        _sequences.Check(_sends, _failovers, _verdict);
        return _verdict;
    }
}
