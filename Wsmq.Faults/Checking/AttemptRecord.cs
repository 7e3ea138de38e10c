using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>An attempt at a job that a worker has begun.</summary>
internal sealed class AttemptRecord(HistoryEvent began)
{
    private string? _end;

    /// <summary>The id of the job's message.</summary>
    public string Id => began.Id!;

    public string Position => began.Position!;

    /// <summary>The number of the attempt: the failed ones, plus 1.</summary>
    public int Number => began.Attempts ?? 1;

    /// <summary>How many leases of the job had been lost.</summary>
    public int LostLeases => began.LostLeases ?? 0;

    /// <summary>In seconds since the start of the run.</summary>
    public double Began => began.Time;

    /// <summary>Infinite if it has no end: its worker ended before.</summary>
    public double Ended { get; private set; } = double.PositiveInfinity;

    public bool HasReturned => _end == EventKind.JobReturned;

    public void End(HistoryEvent end) => (_end, Ended) = (end.Kind, end.Time);

    /// <summary>
    /// Whether an attempt may follow for which no more lost leases are counted: this one failed, or was not counted. Or its worker stood still
    /// and gave up the lease by its own count, while the store, which waits for holders after an outage, still had it: it then hands back.
    /// </summary>
    public bool MayBeFollowedBy(AttemptRecord next)
    {
        if (Ended > next.Began)
            return false;
        return next.Number == Number ? _end is EventKind.JobUncounted or EventKind.JobLeaseLost : next.Number > Number && _end is EventKind.JobThrew or EventKind.JobUncounted;
    }

    public override string ToString() =>
        FormattableString.Invariant($"attempt {Number} after {LostLeases} lost leases by {began.Device} at {Began} s ({_end ?? "without an end"})");
}
