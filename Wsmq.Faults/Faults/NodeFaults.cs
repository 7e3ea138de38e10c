using Wsmq.Faults.Nodes;
using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>A node killed as by kill -9, and started again.</summary>
internal sealed class NodeKill() : Fault("node-kill", StoreName.All)
{
    public override string Takes => Hold.Nodes;

    public override async Task RunAsync(FaultContext context)
    {
        var node = context.AnyNode();
        await node.KillAsync();
        await context.LastAsync();
        await node.StartAsync();
    }
}

/// <summary>A node that stands still for longer than anybody waits for it, with its connections open, and then goes on.</summary>
internal sealed class NodePause() : Fault("node-pause", StoreName.All)
{
    public override string Takes => Hold.Nodes;

    public override TimeSpan LengthOf(Timings timings) => timings.BeyondTimeout;

    public override async Task RunAsync(FaultContext context)
    {
        var process = context.AnyNode().ProcessId;
        Signals.Pause(process);
        await context.LastAsync();
        Signals.Resume(process);
    }
}

/// <summary>Every node is stopped with SIGTERM and started again, one after the other.</summary>
internal sealed class RollingRestart() : Fault("rolling-restart", StoreName.All)
{
    public override string Takes => Hold.Nodes;

    public override async Task RunAsync(FaultContext context)
    {
        foreach (var node in context.Deployment.Nodes)
        {
            var took = await node.TerminateAsync();
            await node.StartAsync();
            context.Note($"{node.Name} ended {took.TotalSeconds:0.0} s after SIGTERM, and is back");
        }
    }
}
