using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>
/// One queue of <see cref="QueueUpkeep"/>. It looks at the queue, waits until holders had time to extend their leases, and looks again
/// before it reclaims: an interruption of the store between two looks goes unnoticed otherwise, and so does a step of its clock.
/// </summary>
internal sealed class KeptQueue(WsmqAddress queue, Func<QueueRules> rules, IJobStore jobs, TimeProvider time, QueueTelemetry telemetry)
{
    private readonly LeaseReclaim _reclaim = new(queue, rules, jobs, telemetry);
    private long _doneAt = time.GetTimestamp();
    private ReclaimHold? _hold;

    /// <summary>How long until the next step; zero or negative if it is due.</summary>
    public TimeSpan Left => _hold?.Left ?? QueueUpkeep.Interval - time.GetElapsedTime(_doneAt);

    /// <summary>The store did not answer.</summary>
    public void Failed() => _hold?.Failed();

    public async Task StepAsync(CancellationToken cancellationToken)
    {
        if (Left > TimeSpan.Zero)
            return;
        var info = await jobs.InfoAsync(queue, cancellationToken);
        if (_hold is null && info is not { Ready: 0, Delayed: 0, Leased: 0, Retrying: 0, Blocked: 0, Dead: 0 })
            _hold = new ReclaimHold(time, () => TimeSpan.FromMicroseconds(rules().Lease / 2));
        _hold?.Answered(info.Now);
        if (_hold?.Left > TimeSpan.Zero)
            return;
        if (_hold is not null)
            await _reclaim.RunAsync(_hold, cancellationToken);
        (_hold, _doneAt) = (null, time.GetTimestamp());
    }
}
