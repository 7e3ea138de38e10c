using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>All jobs of a history, and the attempts at them in the order in which they began.</summary>
internal sealed class JobRecords
{
    private readonly Dictionary<string, JobRecord> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AttemptRecord> _attempts = new(StringComparer.Ordinal);
    private readonly List<AttemptRecord> _begun = [];

    public IReadOnlyCollection<JobRecord> All => _jobs.Values;

    public IReadOnlyList<AttemptRecord> Begun => _begun;

    /// <summary>What is stored at the end of the run is known.</summary>
    public bool WereRead { get; private set; }

    public void Take(HistoryEvent happened)
    {
        switch (happened.Kind)
        {
            case EventKind.JobBegan:
                var attempt = new AttemptRecord(happened);
                _attempts.Add(happened.Run!, attempt);
                _begun.Add(attempt);
                Of(attempt.Position).Add(attempt);
                break;
            case EventKind.JobsRead:
                WereRead = true;
                break;
            case EventKind.JobStored:
                Of(happened.Position!).StoredState = happened.Why;
                break;
            case EventKind.JobDead:
                var dead = Of(happened.Position!);
                (dead.DeadReason, dead.DeadLostLeases) = (happened.Why, happened.LostLeases ?? 0);
                break;
            default:
                _attempts[happened.Run!].End(happened);
                break;
        }
    }

    public JobRecord Of(string position) => _jobs.TryGetValue(position, out var job) ? job : _jobs[position] = new JobRecord(position);
}
