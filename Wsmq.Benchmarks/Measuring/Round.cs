using System.Diagnostics;
using Wsmq.Benchmarks.Load;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>The result of one peer in one interval.</summary>
internal sealed record RoundResult(double Seconds, long Deliveries, CpuSeconds Cpu, Losses Losses, double LatencyHalf, double LatencyNinetyNine)
{
    public double PerSecond => Deliveries / Seconds;

    public CpuSeconds CpuPer100000 => Cpu.Per100000(Deliveries);
}

/// <summary>
/// One interval: starts the load, waits until it is steady, counts, stops the load, and waits for messages in flight. Deliveries that
/// arrive within the interval are counted; later ones are not, but must not be lost.
/// </summary>
/// <param name="crowd">The senders and receivers.</param>
/// <param name="cpu">Measures the CPU time.</param>
/// <param name="messagesPerSecond">The rate of an open loop; null for a closed loop with the crowd's window.</param>
internal sealed class Round(Crowd crowd, CpuMeter cpu, int? messagesPerSecond = null)
{
    private static readonly TimeSpan Ramp = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    public async Task<RoundResult> RunAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var lossesBefore = crowd.Losses;
        using var pacer = await StartAsync();
        await crowd.Failure.WaitAsync(Ramp, cancellationToken);

        crowd.Latencies.Start((int)((messagesPerSecond ?? 0) * (time.TotalSeconds + 5)));
        var (from, received, cpuBefore) = (Stopwatch.GetTimestamp(), crowd.Received, cpu.Read());
        await crowd.Failure.WaitAsync(time, cancellationToken);
        var (seconds, deliveries, cpuUsed) = (Stopwatch.GetElapsedTime(from).TotalSeconds, crowd.Received - received, cpu.Read() - cpuBefore);

        pacer?.Dispose();
        foreach (var sender in crowd.Senders)
            sender.Stop();
        await DrainAsync(lossesBefore.Lost, cancellationToken);
        var (half, ninetyNine) = crowd.Latencies.StopAsMilliseconds();
        return new RoundResult(seconds, deliveries, cpuUsed, crowd.Losses - lossesBefore, half, ninetyNine);
    }

    private async Task<Pacer?> StartAsync()
    {
        if (messagesPerSecond is { } rate)
        {
            var pacer = new Pacer(crowd.Senders, rate, crowd.Failure);
            pacer.Start();
            return pacer;
        }

        foreach (var sender in crowd.Senders)
            await sender.StartAsync(crowd.Plan.Window);
        return null;
    }

    private async Task DrainAsync(long lostBefore, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        await crowd.Failure.WaitUntilAsync(
            () => crowd.Senders.All(s => s.IsSettled) || Stopwatch.GetElapsedTime(since) > SettleLimit, cancellationToken);
        if (!crowd.Senders.All(s => s.IsSettled))
        {
            throw new RunFailedException(
                $"{crowd.Peer.Name} did not answer every send within {SettleLimit.TotalSeconds} s: of "
                + $"{string.Join(", ", crowd.Senders.Where(s => !s.IsSettled).Select(s => $"{s.Sent} sends of one sender {s.Settled}"))} were.");
        }

        // A message is lost if it is missing when no delivery has arrived for a while.
        var (expected, last, moved) = (crowd.Expected - lostBefore, crowd.Received, Stopwatch.GetTimestamp());
        await crowd.Failure.WaitUntilAsync(
            () =>
            {
                if (crowd.Received is var received && received != last)
                    (last, moved) = (received, Stopwatch.GetTimestamp());
                return last >= expected || Stopwatch.GetElapsedTime(moved) > DrainLimit;
            },
            cancellationToken);
    }
}
