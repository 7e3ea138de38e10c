namespace Wsmq.Server.Workers;

/// <summary>
/// The leases that a worker got over an earlier connection, and extends over this one: over this one it is told that such a job was cancelled.
/// They do not count against the credit of this connection, because the worker has left them out of it. Used under the lock of its owner.
/// </summary>
internal sealed class CarriedLeases(TimeProvider time)
{
    // As many as a worker of our clients works on at most. A worker learns of the others when it extends them again.
    private const int Most = 1_000;

    // With the timestamp at which the lease has ended unless it is extended.
    private readonly Dictionary<JobLease, long> _ends = [];

    public IEnumerable<JobLease> All => _ends.Keys;

    public void Extended(JobLease lease, long ends)
    {
        if (_ends.Count >= Most)
            ForgetEnded();
        if (_ends.Count < Most || _ends.ContainsKey(lease))
            _ends[lease] = ends;
    }

    public void Remove(JobLease lease) => _ends.Remove(lease);

    private void ForgetEnded()
    {
        var now = time.GetTimestamp();
        foreach (var (lease, _) in _ends.Where(e => e.Value < now).ToArray())
            _ends.Remove(lease);
    }
}
