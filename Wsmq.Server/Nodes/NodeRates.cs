using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Nodes;

/// <summary>
/// The rates of the node over the last seconds: once a second it copies the totals, so that what is counted costs no more than an addition.
/// </summary>
internal sealed class NodeRates(WsmqMetrics metrics, TimeProvider time, ILogger<NodeRates> logger) : INodePart
{
    private const int Seconds = 5;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly BackgroundLoop _loop = new(time);
    private readonly Lock _lock = new();

    // The oldest reading is at _next once the ring is full.
    private readonly Reading?[] _ring = new Reading?[Seconds];
    private readonly long[] _now = new long[LatencyHistogram.Buckets];
    private int _next;

    public DateTimeOffset StartedAt { get; private set; } = time.GetUtcNow();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        StartedAt = time.GetUtcNow();
        Sample();
        _loop.StartWithoutRetry(
            _ =>
            {
                Sample();
                return Task.CompletedTask;
            },
            () => Interval, e => Log.LoopFailed(logger, e));
        return Task.CompletedTask;
    }

    public Task StopAsync() => _loop.StopAsync();

    /// <summary>The rates and latencies since the oldest reading.</summary>
    public (WsmqNodeRates Rates, WsmqNodeLatency Latency) Read()
    {
        lock (_lock)
        {
            var (old, counts) = (_ring[_next] ?? _ring[0], metrics.Totals.Read());
            if (old is null)
                return (RatesOf(default, default, Interval), new WsmqNodeLatency());

            // Less than a second after the start one message would be a high rate.
            var elapsed = time.GetElapsedTime(old.At);
            metrics.Totals.Appends.CopyTo(_now);
            return (RatesOf(old.Counts, counts, elapsed > Interval ? elapsed : Interval), new WsmqNodeLatency
            {
                AppendP50 = LatencyHistogram.Quantile(old.Appends, _now, 0.5),
                AppendP99 = LatencyHistogram.Quantile(old.Appends, _now, 0.99),
            });
        }
    }

    private static WsmqNodeRates RatesOf(NodeCounts before, NodeCounts after, TimeSpan elapsed)
    {
        return new WsmqNodeRates
        {
            Stored = Rate(before.Stored, after.Stored), Delivered = Rate(before.Delivered, after.Delivered),
            Acknowledged = Rate(before.Acknowledged, after.Acknowledged), Live = Rate(before.Live, after.Live),
            Jobs = Rate(before.Jobs, after.Jobs),
        };

        double Rate(long first, long last) => Math.Round((last - first) / elapsed.TotalSeconds, 1);
    }

    private void Sample()
    {
        lock (_lock)
        {
            var reading = _ring[_next] ??= new Reading();
            (reading.At, reading.Counts) = (time.GetTimestamp(), metrics.Totals.Read());
            metrics.Totals.Appends.CopyTo(reading.Appends);
            _next = (_next + 1) % Seconds;
        }
    }

    private sealed class Reading
    {
        public long At { get; set; }

        public NodeCounts Counts { get; set; }

        public long[] Appends { get; } = new long[LatencyHistogram.Buckets];
    }
}
