namespace Wsmq.Faults.Checking;

/// <summary>A job: the attempts at it in the order in which they began, and what was stored of it at the end of the run.</summary>
internal sealed class JobRecord(string position)
{
    private readonly List<AttemptRecord> _attempts = [];

    public string Position => position;

    public IReadOnlyList<AttemptRecord> Attempts => _attempts;

    /// <summary>Why it is a dead letter; null if it is none.</summary>
    public string? DeadReason { get; set; }

    /// <summary>The leases that a dead letter had lost.</summary>
    public int DeadLostLeases { get; set; }

    /// <summary>Its state if it is stored and no dead letter; else null.</summary>
    public string? StoredState { get; set; }

    public void Add(AttemptRecord attempt) => _attempts.Add(attempt);

    /// <summary>
    /// Whether the lease had been lost before the attempt began: a worker that stood still begins with what it was given before. It is told
    /// so when it extends the lease.
    /// </summary>
    public bool IsLate(AttemptRecord attempt) =>
        DeadLostLeases > attempt.LostLeases || _attempts.TakeWhile(a => a != attempt).Any(a => a.LostLeases > attempt.LostLeases);

    /// <summary>Whether an attempt has returned of those after which no lease was lost.</summary>
    public bool HasReturned()
    {
        var lost = _attempts.Count == 0 ? 0 : _attempts.Max(a => a.LostLeases);
        return _attempts.Exists(a => a.HasReturned && a.LostLeases == lost);
    }
}
