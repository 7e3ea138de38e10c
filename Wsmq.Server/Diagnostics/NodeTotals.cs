namespace Wsmq.Server.Diagnostics;

/// <summary>
/// What the node has done since its start, beside the instruments: an instrument has no value that could be read without listening to every
/// change. Rates are differences of two readings.
/// </summary>
internal sealed class NodeTotals
{
    private long _stored;
    private long _delivered;
    private long _acknowledged;
    private long _live;
    private long _jobs;

    /// <summary>How long sends waited for their receipts.</summary>
    public LatencyHistogram Appends { get; } = new();

    public void Stored(int count) => Interlocked.Add(ref _stored, count);

    public void Delivered(int count) => Interlocked.Add(ref _delivered, count);

    public void Acknowledged(int count) => Interlocked.Add(ref _acknowledged, count);

    public void Live() => Interlocked.Increment(ref _live);

    public void JobEnded() => Interlocked.Increment(ref _jobs);

    public NodeCounts Read() => new(
        Volatile.Read(ref _stored), Volatile.Read(ref _delivered), Volatile.Read(ref _acknowledged), Volatile.Read(ref _live),
        Volatile.Read(ref _jobs));
}

/// <summary>A reading of <see cref="NodeTotals"/>.</summary>
/// <param name="Stored">Messages stored; repeated sends do not count.</param>
/// <param name="Delivered">Deliveries written to connections.</param>
/// <param name="Acknowledged">Acks stored, after coalescing.</param>
/// <param name="Live">Live pushes that the node made.</param>
/// <param name="Jobs">Attempts at jobs that ended through the node.</param>
internal readonly record struct NodeCounts(long Stored, long Delivered, long Acknowledged, long Live, long Jobs);
