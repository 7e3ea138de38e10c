using System.Diagnostics;
using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Running;

/// <summary>
/// Records how clients and nodes see who is online after the last fault, once all see what is true, or when their time is over.
/// </summary>
internal sealed class PresenceCheck(Deployment deployment, Crowd crowd, HistoryFile history)
{
    // Counted from when all clients are connected: until then some are offline.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(120);

    public async Task RunAsync(CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        while (!crowd.Clients.All(c => c.IsConnected) && Stopwatch.GetElapsedTime(start) < LongestConnect)
            await Task.Delay(100, stop);
        start = Stopwatch.GetTimestamp();
        List<HistoryEvent> seen;
        while (true)
        {
            seen = await ReadAsync();
            if (seen.TrueForAll(s => s.Why == crowd.PresenceOf(s.Address!)) || Stopwatch.GetElapsedTime(start) > Limit)
                break;
            await Task.Delay(250, stop);
        }

        Progress.Say($"presence was read after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        foreach (var address in crowd.PresentAddresses)
            history.Add(new HistoryEvent { Kind = EventKind.PresenceTrue, Address = address, Why = crowd.PresenceOf(address) });
        seen.ForEach(history.Add);
    }

    private async Task<List<HistoryEvent>> ReadAsync()
    {
        List<HistoryEvent> seen = [];
        foreach (var address in crowd.PresentAddresses)
        {
            foreach (var client in crowd.OurClients)
                Add(client.Name, address, client.Presence.Seen(address));
            foreach (var node in deployment.Nodes)
                Add(node.Name, address, await node.TryReadPresenceAsync(address));
        }

        return seen;

        void Add(string reader, string address, string? text) =>
            seen.Add(new HistoryEvent { Kind = EventKind.PresenceSeen, Device = reader, Address = address, Why = text ?? "nothing" });
    }
}
