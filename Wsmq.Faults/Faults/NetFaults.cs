using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>Something happens to the line between a node (on a Cluster and with sentinels: all nodes) and a server of the store.</summary>
internal abstract class NetFault(string name) : Fault(name, StoreName.Redis, StoreName.Replica, StoreName.Receipts, StoreName.Cluster, StoreName.Sentinel)
{
    public override string Takes => Hold.Lines;

    public override async Task RunAsync(FaultContext context)
    {
        var line = context.Deployment.AnyLine(context.Random);
        Break(line, context);
        await context.LastAsync();
        Repair(line, context);
    }

    protected abstract void Break(TcpProxy line, FaultContext context);

    // What was held back for long is not what a repaired network brings: the connections are gone by then.
    protected virtual void Repair(TcpProxy line, FaultContext context)
    {
        if (context.Random.Next(2) == 0)
            line.Cut();
        line.Refuses = false;
        line.Conditions.Clear();
    }
}

/// <summary>Cut with a reset, or silently in both directions.</summary>
internal sealed class NetCut() : NetFault("net-cut")
{
    protected override void Break(TcpProxy line, FaultContext context)
    {
        if (context.Random.Next(2) == 0)
        {
            line.Refuses = true;
            line.Cut();
            context.Note("reset, and refused");
        }
        else
        {
            line.Conditions.Hold(up: true, down: true);
            context.Note("silent both ways");
        }
    }
}

/// <summary>Silent in one direction.</summary>
internal sealed class NetOneWay() : NetFault("net-oneway")
{
    protected override void Break(TcpProxy line, FaultContext context)
    {
        var up = context.Random.Next(2) == 0;
        line.Conditions.Hold(up, !up);
        context.Note(up ? "nothing reaches the store" : "nothing comes back from the store");
    }
}

/// <summary>Every packet takes long.</summary>
internal sealed class NetSlow() : NetFault("net-slow")
{
    protected override void Break(TcpProxy line, FaultContext context)
    {
        line.Conditions.Delay = TimeSpan.FromMilliseconds(context.Random.Next(20, 300));
        context.Note($"{line.Conditions.Delay.TotalMilliseconds} ms a packet each way");
    }
}

/// <summary>
/// Every connection of the line goes silent for good, both ways or one way, and nobody is told; new ones are as ever. Whoever waits
/// for the old one to end waits in vain: nodes have to ask.
/// </summary>
internal sealed class NetHalfOpen() : NetFault("net-half-open")
{
    protected override void Break(TcpProxy line, FaultContext context)
    {
        var (up, down) = context.Random.Next(3) switch { 0 => (true, false), 1 => (false, true), _ => (true, true) };
        line.Silence(up, down);
        context.Note($"{(up, down) switch { (true, true) => "both ways", (true, _) => "nothing reaches the store", _ => "nothing comes back" }}");
    }

    // What is half open stays so.
    protected override void Repair(TcpProxy line, FaultContext context)
    {
    }
}
