using Wsmq.Faults.Clients;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Injected;

/// <summary>Many clients lose their connections at the same moment and all come back at once; some of them have mail meanwhile.</summary>
internal sealed class Stampede() : Fault("stampede", StoreName.All)
{
    private const int MostWithMail = 200;
    private const int AtATime = 100;

    public override string Takes => Hold.Nodes;

    public override async Task RunAsync(FaultContext context)
    {
        var prefix = $"s{context.Random.Next():x}-";
        var clients = Enumerable.Range(0, context.Timings.StampedeClients)
            .Select(i => new RawClient($"{prefix}{i}", context.Deployment.NextNode, context.History)).ToArray();
        try
        {
            foreach (var some in clients.Chunk(AtATime))
                await Task.WhenAll(some.Select(c => c.ConnectAsync(context.Stop)));
            context.Note($"{clients.Length} clients are connected, and are cut");
            foreach (var client in clients)
                client.Leave();
            await Task.WhenAll(clients.Take(MostWithMail).Select((c, i) => context.Clients[i % context.Clients.Count].SendAsync($"user:{c.User}")));
            await Task.WhenAll(clients.Select(c => c.ConnectAsync(context.Stop)));
            context.Note($"all {clients.Length} are back");
        }
        finally
        {
            // Who has mail stays to the end of the run, as any client would: when it comes is up to the faults around.
            context.Crowd.Keep(clients.Take(MostWithMail));
            foreach (var client in clients.Skip(MostWithMail))
                await client.DisposeAsync();
        }
    }
}
