using Wsmq.Faults.Clients;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Injected;

/// <summary>Many clients lose their connections at the same moment and all reconnect at once; some have messages waiting.</summary>
internal sealed class Stampede() : Fault("stampede", StoreName.All)
{
    private const int MostWithMail = 200;
    private const int AtATime = 100;

    public override string Takes => Hold.Nodes;

    public override async Task RunAsync(FaultContext context)
    {
        var prefix = $"s{context.Random.Next():x}-";
        var clients = Enumerable.Range(0, context.Timings.StampedeClients)
            .Select(i => new SocketClient($"{prefix}{i}", context.Deployment.NextNode, context.History)).ToArray();
        try
        {
            foreach (var some in clients.Chunk(AtATime))
                await Task.WhenAll(some.Select(c => c.ConnectAsync(context.Stop)));
            context.Note($"{clients.Length} clients are connected and will be cut");
            foreach (var client in clients)
                client.Leave();
            await Task.WhenAll(clients.Take(MostWithMail).Select((c, i) => context.Clients[i % context.Clients.Count].SendAsync($"user:{c.User}")));
            await Task.WhenAll(clients.Select(c => c.ConnectAsync(context.Stop)));
            context.Note($"all {clients.Length} are connected again");
        }
        finally
        {
            // Clients with messages stay to the end of the run, as any client would: concurrent faults may delay the deliveries.
            context.Crowd.Keep(clients.Take(MostWithMail));
            foreach (var client in clients.Skip(MostWithMail))
                await client.DisposeAsync();
        }
    }
}
