using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Injected;

/// <summary>
/// The master dies with a tail that its replica has not received, and the replica takes its place. The one fault in which messages
/// with a receipt may be lost without a word: those that no feed had seen, and so some clients are away meanwhile.
/// </summary>
internal sealed class Failover() : Fault("failover", StoreName.Replica, StoreName.Receipts)
{
    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var redis = (ReplicatedRedis)context.Deployment;
        context.History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        redis.CutReplication();
        var away = context.SomeClients();
        Let(away, refuse: true);
        context.Note($"{string.Join(", ", away.Select(c => c.Name))} away");
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
