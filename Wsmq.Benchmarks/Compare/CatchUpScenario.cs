using System.Diagnostics;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Compare;

/// <summary>
/// A user connects to 10,000 waiting messages. Measured from the end of the WebSocket handshake, before the hub protocol's handshake, to
/// the last delivery, acks included. The messages are sent through one node and read at the other.
/// </summary>
internal sealed class CatchUpScenario(Rig rig, CompareSettings settings, Report report)
{
    private const string Name = "catchup";
    private const int Messages = 10_000;
    private const int Window = 128;
    private const int LeastRounds = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var nodes = await rig.NodesAsync(settings.Wsmq);
        await new WarmUp(settings.Compiling, [.. nodes.Select(n => n.Address)]).RunAsync(Name, ForAsync, settings.WarmUp, cancellationToken);
        var (times, losses) = (new List<double>(), default(Losses));
        for (var number = 1; number <= Math.Max(LeastRounds, settings.Rounds); number++)
        {
            var (milliseconds, lost) = await OnceAsync(cancellationToken);
            times.Add(milliseconds);
            losses += lost;
            Progress.Say($"{Name}: round {number}, {milliseconds:F0} ms");
        }

        var spread = Spread.Of(times);
        report.Add(new ReportRow(Name, "wsmq", spread, "ms", "F0") { Losses = losses });
        report.Set("catchup_ms", spread.Median);
    }

    private async Task ForAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        do await OnceAsync(cancellationToken);
        while (Stopwatch.GetElapsedTime(since) < time);
    }

    private async Task<(double Milliseconds, Losses Losses)> OnceAsync(CancellationToken cancellationToken)
    {
        var nodes = await rig.NodesAsync(settings.Wsmq);
        await using var crowd = Crowd.Create(settings.Wsmq, new CrowdPlan(Users: 1, Senders: 1, Window));
        await crowd.ConnectSendersAsync([nodes[1].Address], cancellationToken);
        await crowd.Senders[0].StartAsync(Window, Messages);
        await crowd.Failure.WaitUntilAsync(() => crowd.Senders[0].IsDone, cancellationToken);

        var end = crowd.Receivers[0].TimeOfAsync(Messages);
        var start = await crowd.ConnectFirstReceiverAsync(nodes[0].Address, cancellationToken);
        var limit = Stopwatch.GetTimestamp();
        await crowd.Failure.WaitUntilAsync(() => end.IsCompleted || Stopwatch.GetElapsedTime(limit) > Limit, cancellationToken);
        var milliseconds = end.IsCompleted ? Stopwatch.GetElapsedTime(start, await end).TotalMilliseconds : double.PositiveInfinity;
        return (milliseconds, crowd.Losses);
    }
}
