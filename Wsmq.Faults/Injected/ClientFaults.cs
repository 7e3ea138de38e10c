using Wsmq.Faults.Clients;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Injected;

/// <summary>Cuts connections of clients and workers without a close, repeatedly.</summary>
internal sealed class ClientCut() : Fault("client-cut", StoreName.All)
{
    public override string Takes => Hold.Clients;

    public override async Task RunAsync(FaultContext context)
    {
        for (var round = 0; round < 3; round++)
        {
            foreach (var line in context.SomeLines())
                line.Cut();
            await Task.Delay(context.Length / 3, context.Stop);
        }
    }
}

/// <summary>Makes connections of clients and workers half open, in one or both directions, without a notice to either side. New connections work.</summary>
internal sealed class ClientHalfOpen() : Fault("client-half-open", StoreName.All)
{
    public override string Takes => Hold.Clients;

    public override TimeSpan LengthOf(Timings timings) => timings.BeyondTimeout;

    public override Task RunAsync(FaultContext context)
    {
        foreach (var line in context.SomeLines())
        {
            var (up, down) = context.Random.Next(3) switch { 0 => (true, false), 1 => (false, true), _ => (true, true) };
            line.Silence(up, down);
        }

        return context.LastAsync();
    }
}

/// <summary>Changes the behaviour of some clients' handlers for a while.</summary>
internal abstract class HandlerFault(string name) : Fault(name, StoreName.All)
{
    public override string Takes => Hold.Clients;

    public override async Task RunAsync(FaultContext context)
    {
        var clients = context.SomeClients();
        foreach (var client in clients)
            Break(client, context.Random);
        await DuringAsync(context, clients);
        foreach (var client in clients)
        {
            client.Behaviour.Reset();
            client.Line.Conditions.Clear();
        }
    }

    protected abstract void Break(Client client, Random random);

    protected virtual Task DuringAsync(FaultContext context, IReadOnlyList<Client> clients) => context.LastAsync();
}

/// <summary>Handlers take long for each message.</summary>
internal sealed class SlowReader() : HandlerFault("slow-reader")
{
    protected override void Break(Client client, Random random) => client.Behaviour.Delay = TimeSpan.FromMilliseconds(random.Next(50, 400));
}

/// <summary>
/// Handlers do not return, and some clients do not even read from their socket. Meanwhile one of these clients is sent more of a group
/// than the group retains, so that a gap must be announced.
/// </summary>
internal sealed class StoppedReader() : HandlerFault("stopped-reader")
{
    protected override void Break(Client client, Random random)
    {
        client.Behaviour.Stop();
        if (random.Next(2) == 0)
            client.Line.Conditions.Hold(up: false, down: true);
    }

    protected override async Task DuringAsync(FaultContext context, IReadOnlyList<Client> clients)
    {
        var group = clients[0].Groups[0];
        var sender = context.Clients.FirstOrDefault(c => !clients.Contains(c)) ?? context.Clients[^1];
        var flood = sender.SendManyAsync($"group:{group}", Nodes.NodeSettings.GroupMaxCount * 3);
        await context.LastAsync();
        await flood;
    }
}

/// <summary>Handlers fail on some messages, a few times each.</summary>
internal sealed class ThrowingHandler() : HandlerFault("throwing-handler")
{
    protected override void Break(Client client, Random random) => client.Behaviour.ThrowEvery = random.Next(5, 30);
}
