using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Injected;

/// <summary>
/// Kills the primary while its replica lacks the tail of the log, and promotes the replica. The only fault that may lose messages with a
/// receipt without a notice, namely those that no feed had read. Some clients are therefore disconnected meanwhile.
/// </summary>
internal sealed class Failover() : Fault("failover", StoreName.Replica, StoreName.Receipts)
{
    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var redis = (ReplicatedStore)context.Deployment;
        context.History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        redis.CutReplication();
        var away = context.SomeClients();
        Let(away, refuse: true);
        context.Note($"disconnected: {string.Join(", ", away.Select(c => c.Name))}");
        await context.LastAsync();
        await redis.FailOverAsync();
        context.History.Add(new HistoryEvent { Kind = EventKind.Promoted });
        Let(away, refuse: false);
    }

    private static void Let(IReadOnlyList<Client> clients, bool refuse)
    {
        foreach (var client in clients)
        {
            client.Line.Refuses = refuse;
            client.Line.Cut();
        }
    }
}
