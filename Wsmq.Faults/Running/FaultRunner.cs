using System.Diagnostics;
using Wsmq.Faults.History;
using Wsmq.Faults.Injected;
using Wsmq.Faults.Stores;
using Wsmq.Faults.Workers;

namespace Wsmq.Faults.Running;

/// <summary>Injects the faults of a plan at their times.</summary>
internal sealed class FaultRunner(Deployment deployment, Crowd crowd, Workforce workers, HistoryFile history, Timings timings)
{
    private readonly Dictionary<string, SemaphoreSlim> _holds = [];

    public Task RunAsync(IEnumerable<PlannedFault> plan, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var hold in plan.Select(p => p.Fault.Takes).Distinct())
            _holds.Add(hold, new SemaphoreSlim(1));
        return Task.WhenAll(plan.Select(planned => InjectAsync(planned, start, stop)).ToList());
    }

    private async Task InjectAsync(PlannedFault planned, long start, CancellationToken stop)
    {
        var fault = planned.Fault;
        var wait = planned.At - Stopwatch.GetElapsedTime(start);
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, stop);
        await _holds[fault.Takes].WaitAsync(stop);
        try
        {
            Note(fault, "begins");
            await fault.RunAsync(new FaultContext(planned, deployment, crowd, workers, history, stop) { Timings = timings });
            Note(fault, "ends");
        }
        finally
        {
            _holds[fault.Takes].Release();
        }
    }

    private void Note(Fault fault, string what)
    {
        Progress.Say($"{fault.Name} {what}");
        history.Add(new HistoryEvent { Kind = EventKind.Fault, Id = fault.Name, Why = what });
    }
}
