using Wsmq.Faults.Nodes;
using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>Kills a node, as by kill -9, and starts it again.</summary>
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

/// <summary>Kills all nodes at the same time, and starts them again: what they had in journals is settled by others.</summary>
internal sealed class NodesKill() : Fault("nodes-kill", [.. StoreName.OnePrimary, StoreName.Cluster])
{
    public override string Takes => Hold.Nodes;

    public override async Task RunAsync(FaultContext context)
    {
        await Task.WhenAll(context.Deployment.Nodes.Select(n => n.KillAsync()));
        await context.LastAsync();
        await Task.WhenAll(context.Deployment.Nodes.Select(n => n.StartAsync()));
    }
}

/// <summary>Suspends a node beyond every timeout, with its connections open, and resumes it.</summary>
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

/// <summary>Stops each node with SIGTERM and starts it again, one after another.</summary>
internal sealed class RollingRestart() : Fault("rolling-restart", StoreName.All)
{
    public override string Takes => Hold.Nodes;

    public override async Task RunAsync(FaultContext context)
    {
        foreach (var node in context.Deployment.Nodes)
        {
            var took = await node.TerminateAsync();
            await node.StartAsync();
            context.Note($"{node.Name} exited {took.TotalSeconds:0.0} s after SIGTERM, and was started again");
        }
    }
}
