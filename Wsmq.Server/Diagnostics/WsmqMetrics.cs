using System.Diagnostics.Metrics;

namespace Wsmq.Server.Diagnostics;

/// <summary>All instruments of the meter <c>Wsmq</c>; docs/operations.md lists them.</summary>
internal sealed class WsmqMetrics
{
    public const string MeterName = "Wsmq";

    private readonly Counter<long> _appended;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _acknowledged;
    private readonly Counter<long> _pushed;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _evicted;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _limited;
    private readonly UpDownCounter<long> _connections;
    private readonly UpDownCounter<long> _draining;
    private readonly Counter<long> _drained;
    private readonly UpDownCounter<long> _storeUnavailable;
    private readonly Histogram<double> _jobWait;
    private readonly Counter<long> _jobsEnded;
    private readonly Counter<long> _jobsDead;
    private readonly Counter<long> _recurring;
    private readonly Counter<long> _requests;
    private readonly UpDownCounter<long> _openRequests;
    private readonly Counter<long> _lateReplies;
    private readonly Counter<long> _unacknowledged;

    public WsmqMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _appended = meter.CreateCounter<long>("wsmq.messages.appended", "{message}", "Messages that got a receipt.");
        _duplicates = meter.CreateCounter<long>("wsmq.messages.duplicate", "{message}", "Repeated sends of stored messages.");
        _delivered = meter.CreateCounter<long>("wsmq.deliveries", "{delivery}", "Deliveries written to connections.");
        _acknowledged = meter.CreateCounter<long>("wsmq.acks", "{ack}", "Acknowledgements stored, after coalescing.");
        _pushed = meter.CreateCounter<long>("wsmq.live", "{push}", "Live pushes made by this node.");
        _gaps = meter.CreateCounter<long>("wsmq.gaps", "{gap}", "Gaps announced.");
        _deadLettered = meter.CreateCounter<long>("wsmq.messages.dead_lettered", "{message}", "Messages dead-lettered after failed attempts.");
        _evicted = meter.CreateCounter<long>("wsmq.dead_letters.evicted", "{message}", "Dead letters evicted for newer ones.");
        _expired = meter.CreateCounter<long>("wsmq.messages.expired", "{message}", "Messages removed because their time to live was over.");
        _limited = meter.CreateCounter<long>("wsmq.limited", "{call}", "Calls and connections refused because they exceed a limit.");
        _connections = meter.CreateUpDownCounter<long>("wsmq.connections", "{connection}", "Connections being served.");
        _draining = meter.CreateUpDownCounter<long>("wsmq.draining", "{node}", "1 while the node is draining.");
        _drained = meter.CreateCounter<long>("wsmq.drained", "{connection}", "Connections that left or were closed while the node drained.");
        _storeUnavailable = meter.CreateUpDownCounter<long>("wsmq.store.unavailable", "{store}", "1 while the store does not answer.");
        _jobWait = meter.CreateHistogram<double>("wsmq.jobs.wait", "s", "How long jobs that were given to a worker had been due.");
        _jobsEnded = meter.CreateCounter<long>("wsmq.jobs.ended", "{attempt}", "Attempts at jobs that ended.");
        _jobsDead = meter.CreateCounter<long>("wsmq.jobs.dead_lettered", "{job}", "Jobs that became dead letters.");
        _requests = meter.CreateCounter<long>("wsmq.requests", "{request}", "Requests that users and the app made on this node, by how they ended.");
        _openRequests = meter.CreateUpDownCounter<long>("wsmq.requests.open", "{request}", "Requests for which somebody on this node waits.");
        _lateReplies = meter.CreateCounter<long>("wsmq.requests.late", "{reply}", "Answers to requests that were dropped, because nobody waited any more.");
        _unacknowledged = meter.CreateCounter<long>(
            "wsmq.unacknowledged", "{message}", "Messages that a hook was called for because no device had acknowledged them, by how the call ended.");
        _recurring = meter.CreateCounter<long>("wsmq.recurring", "{occurrence}", "Occurrences of recurring jobs that this node handled.");
    }

    /// <summary>The same in numbers that the node itself can read.</summary>
    public NodeTotals Totals { get; } = new();

    public void Appended(int count, int duplicates)
    {
        _appended.Add(count);
        Totals.Stored(count - duplicates);
        if (duplicates > 0)
            _duplicates.Add(duplicates);
    }

    public void Delivered(int count)
    {
        _delivered.Add(count);
        Totals.Delivered(count);
    }

    public void Acknowledged(int count)
    {
        _acknowledged.Add(count);
        Totals.Acknowledged(count);
    }

    public void Pushed()
    {
        _pushed.Add(1);
        Totals.Live();
    }

    public void Gap(string reason) => _gaps.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void DeadLettered() => _deadLettered.Add(1);

    public void DeadLettersEvicted(int count) => _evicted.Add(count);

    public void ExpiredRemoved(int count) => _expired.Add(count);

    public void Limited(string code) => _limited.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Connected() => _connections.Add(1);

    public void Disconnected() => _connections.Add(-1);

    public void DrainBegan() => _draining.Add(1);

    public void DrainEnded(int left, int closed)
    {
        _draining.Add(-1);
        _drained.Add(left, new KeyValuePair<string, object?>("how", "left"));
        _drained.Add(closed, new KeyValuePair<string, object?>("how", "closed"));
    }

    public void JobGiven(string queue, TimeSpan wait) =>
        _jobWait.Record(Math.Max(0, wait.TotalSeconds), new KeyValuePair<string, object?>("queue", queue));

    public void JobEnded(string queue, string outcome)
    {
        _jobsEnded.Add(1, new KeyValuePair<string, object?>("queue", queue), new KeyValuePair<string, object?>("outcome", outcome));
        Totals.JobEnded();
    }

    public void JobDeadLettered(string queue, string reason) =>
        _jobsDead.Add(1, new KeyValuePair<string, object?>("queue", queue), new KeyValuePair<string, object?>("reason", reason));

    public void RecurringJobs(int stored, int skipped)
    {
        if (stored > 0)
            _recurring.Add(stored, new KeyValuePair<string, object?>("outcome", "stored"));
        if (skipped > 0)
            _recurring.Add(skipped, new KeyValuePair<string, object?>("outcome", "skipped"));
    }

    public void RequestOpened() => _openRequests.Add(1);

    public void RequestClosed() => _openRequests.Add(-1);

    public void RequestEnded(string outcome) => _requests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void LateReply() => _lateReplies.Add(1);

    public void Unacknowledged(string outcome, int count) => _unacknowledged.Add(count, new KeyValuePair<string, object?>("outcome", outcome));

    public void StoreChanged(bool available) => _storeUnavailable.Add(available ? -1 : 1);
}
