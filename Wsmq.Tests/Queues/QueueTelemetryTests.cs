using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Queues;

public sealed class QueueTelemetryTests
{
    // Other tests have meters of the same name.
    private readonly WsmqAddress _queue = WsmqAddress.Work($"reported-{Guid.NewGuid():N}");
    private readonly ConcurrentQueue<string> _counted = new();

    [Fact]
    public void What_happens_to_jobs_is_counted_by_queue_and_outcome()
    {
        using var listener = Listener();
        var telemetry = new QueueTelemetry(_queue, new WsmqMetrics(new TestMeters()), NullLogger.Instance);
        var lease = new JobLease(new WsmqPosition(7), "0000000000000001");
        void Settle(SettlementKind kind, SettleResult result = SettleResult.Done, bool counts = true) =>
            telemetry.Settled(new Settlement(lease, kind) { Counts = counts }, result, "worker");

        telemetry.Taken(new TakenJobs([new TakenJob(0, lease, 1, 0, default, default) { Due = 1_000_000 }], 3_500_000, null, null, More: false, []));
        Settle(SettlementKind.Complete);
        Settle(SettlementKind.Complete, SettleResult.LeaseLost);
        Settle(SettlementKind.Retry);
        Settle(SettlementKind.Retry, counts: false);
        Settle(SettlementKind.HandBack);
        Settle(SettlementKind.Reject, SettleResult.DeadLettered);
        telemetry.Reclaimed(new ReclaimedJobs(0, [(lease.Job, "worker")], [new DeadJob(lease.Job, DeadReason.LeasesLost, "worker")], null, More: false));

        _counted.Should().Equal(
            "wsmq.jobs.wait 2.5", "wsmq.jobs.ended completed", "wsmq.jobs.ended failed", "wsmq.jobs.ended retried", "wsmq.jobs.ended handed_back",
            "wsmq.jobs.ended rejected", "wsmq.jobs.dead_lettered Rejected", "wsmq.jobs.ended lost", "wsmq.jobs.dead_lettered LeasesLost");
    }

    private MeterListener Listener()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == WsmqMetrics.MeterName && instrument.Name.StartsWith("wsmq.jobs.", StringComparison.Ordinal))
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Count(i, FormattableString.Invariant($"{value}"), tags));
        listener.SetMeasurementEventCallback<long>((i, _, tags, _) => Count(i, $"{tags[1].Value}", tags));
        listener.Start();
        return listener;
    }

    private void Count(Instrument instrument, string what, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Equals(tags[0].Value, _queue.Name))
            _counted.Enqueue($"{instrument.Name} {what}");
    }
}
