using Wsmq.Faults.History;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Injected;

/// <summary>
/// The master dies with a tail that its replica has not received, and the replica takes its place. The one fault in which messages
/// with a receipt may be lost without a word.
/// </summary>
internal sealed class Failover() : Fault("failover", StoreName.Replica)
{
    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var redis = (ReplicatedRedis)context.Deployment;
        context.History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        redis.CutReplication();
        await context.LastAsync();
        await redis.FailOverAsync();
        context.History.Add(new HistoryEvent { Kind = EventKind.Promoted });
    }
}
