using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>Kills the worker process, as by kill -9, with the jobs that it holds, and starts it again.</summary>
internal sealed class WorkerKill() : Fault("worker-kill", StoreName.All)
{
    public override string Takes => Hold.Workers;

    public override async Task RunAsync(FaultContext context)
    {
        await context.Workers.Process.KillAsync();
        await context.LastAsync();
        await context.Workers.Process.StartAsync();
    }
}

/// <summary>Suspends the worker process for longer than a lease, and resumes it: what it holds then is not its own any more.</summary>
internal sealed class WorkerPause() : Fault("worker-pause", StoreName.All)
{
    public override string Takes => Hold.Workers;

    // A fault lasts for at least half of this.
    public override TimeSpan LengthOf(Timings timings) => timings.Lease * 2.4;

    public override async Task RunAsync(FaultContext context)
    {
        var process = context.Workers.Process.ProcessId;
        Signals.Pause(process);
        try
        {
            await context.LastAsync();
        }
        finally
        {
            Signals.Resume(process);
        }
    }
}
