using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>Breaks the link between a node (on a Cluster and with sentinels: all nodes) and a server of the store.</summary>
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

    // Cut in half of the cases: after a long outage the connections are usually gone, and the repaired network does not deliver what
    // was held back.
    protected virtual void Repair(TcpProxy line, FaultContext context)
    {
        if (context.Random.Next(2) == 0)
            line.Cut();
        line.Refuses = false;
        line.Conditions.Clear();
    }
}

/// <summary>Cuts the link with a reset, or blocks it silently in both directions.</summary>
internal sealed class NetCut() : NetFault("net-cut")
{
    protected override void Break(TcpProxy line, FaultContext context)
    {
        if (context.Random.Next(2) == 0)
        {
            line.Refuses = true;
            line.Cut();
            context.Note("reset; new connections are refused");
        }
        else
        {
            line.Conditions.Hold(up: true, down: true);
            context.Note("blocked in both directions");
        }
    }
}

/// <summary>Blocks the link in one direction.</summary>
internal sealed class NetOneWay() : NetFault("net-oneway")
{
    protected override void Break(TcpProxy line, FaultContext context)
    {
        var up = context.Random.Next(2) == 0;
        line.Conditions.Hold(up, !up);
        context.Note(up ? "nothing reaches the store" : "nothing is received from the store");
    }
}

/// <summary>Delays every packet.</summary>
internal sealed class NetSlow() : NetFault("net-slow")
{
    protected override void Break(TcpProxy line, FaultContext context)
    {
        line.Conditions.Delay = TimeSpan.FromMilliseconds(context.Random.Next(20, 300));
        context.Note($"{line.Conditions.Delay.TotalMilliseconds} ms a packet each way");
    }
}

/// <summary>
/// Makes every connection of the link half open, in one or both directions, without a notice to either side. New connections work. A
/// half-open connection never ends by itself: nodes must probe it.
/// </summary>
internal sealed class NetHalfOpen() : NetFault("net-half-open")
{
    protected override void Break(TcpProxy line, FaultContext context)
    {
        var (up, down) = context.Random.Next(3) switch { 0 => (true, false), 1 => (false, true), _ => (true, true) };
        line.Silence(up, down);
        context.Note((up, down) switch
        {
            (true, true) => "blocked in both directions",
            (true, _) => "nothing reaches the store",
            _ => "nothing is received from the store",
        });
    }

    // Half-open connections stay half open.
    protected override void Repair(TcpProxy line, FaultContext context)
    {
    }
}
