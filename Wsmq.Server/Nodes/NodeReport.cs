using System.Reflection;
using Microsoft.Extensions.Options;
using Wsmq.Server.Availability;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Nodes;

/// <summary>Describes this node.</summary>
internal sealed class NodeReport(
    IStore store, NodeConnections connections, NodeRates rates, DrainState drain, StoreMonitor monitor, IOptions<WsmqOptions> options)
{
    private static readonly string Version = (typeof(NodeReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion ?? "").Split('+')[0];

    public WsmqNode Make()
    {
        var load = connections.Measure();
        var (perSecond, latency) = rates.Read();
        return new WsmqNode
        {
            Id = store.Nodes.Self, Name = options.Value.Nodes.Name ?? Environment.MachineName, Version = Version,
            StartedAt = rates.StartedAt,
            Connections = load.Connections, Streams = load.Streams, Users = load.Users, IsDraining = drain.IsStopping, Rates = perSecond,
            Latency = latency, SlowReaders = load.Slowest, SlowReaderCount = load.SlowCount,
            Store = new WsmqNodeStore { Kind = store.Nodes.Kind, IsAvailable = monitor.IsAvailable },
        };
    }
}
