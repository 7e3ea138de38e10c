using System.Diagnostics;
using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>How long nodes are warmed up.</summary>
/// <param name="Slice">The load between two looks at the compiler.</param>
/// <param name="Limit">The time after which the measurement begins although the nodes still compile.</param>
internal sealed record WarmUpPlan(TimeSpan Slice, TimeSpan Limit);

/// <summary>
/// Puts load on nodes until neither they nor the generator compile any more. wsmq has more code than the stock backplane, and would be
/// measured while it still compiles, if both had the same time.
/// </summary>
internal sealed class WarmUp(WarmUpPlan plan, IReadOnlyList<Uri> nodes)
{
    // Of all processes together in a slice: rarely used methods reach their thirtieth call at any time. It is less than 1 % of a core.
    private const int Settled = 100;

    /// <param name="name">What is warmed up.</param>
    /// <param name="load">Puts load on the nodes for at least a time.</param>
    /// <param name="least">The shortest time.</param>
    /// <param name="cancellationToken">Cancels the warm-up.</param>
    public async Task RunAsync(
        string name, Func<TimeSpan, CancellationToken, Task> load, TimeSpan least, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var since = Stopwatch.GetTimestamp();
        for (var before = await CompiledAsync(http); ;)
        {
            await load(plan.Slice < least ? plan.Slice : least, cancellationToken);
            var now = await CompiledAsync(http);
            var (count, time) = (now - before, Stopwatch.GetElapsedTime(since));
            Progress.Say($"{name}: {count} methods were compiled in the warm-up, {time.TotalSeconds:F0} s after its start");
            if (time >= least && (count <= Settled || time >= plan.Limit))
                return;

            before = now;
        }
    }

    private async Task<long> CompiledAsync(HttpClient http)
    {
        var sum = NodeCompiler.Compiled;
        foreach (var node in nodes)
            sum += await NodeCompiler.CompiledAsync(http, node);
        return sum;
    }
}
