using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Nodes;
using Wsmq.Faults.Running;
using Wsmq.Faults.Stores;
using Wsmq.Faults.Workers;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>One kind of fault.</summary>
/// <param name="name">The name on the command line and in the report.</param>
/// <param name="stores">The stores that it applies to.</param>
internal abstract class Fault(string name, params string[] stores)
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Stores { get; } = stores;

    /// <summary>What it needs exclusively, so that two faults do not break the same part: one of <see cref="Hold"/>.</summary>
    public abstract string Takes { get; }

    /// <summary>The maximum duration, selected from the timings of the run.</summary>
    public virtual TimeSpan LengthOf(Timings timings) => timings.Fault;

    /// <summary>Breaks something, waits, and repairs it.</summary>
    public abstract Task RunAsync(FaultContext context);
}

/// <summary>The parts that a fault can need exclusively.</summary>
internal static class Hold
{
    public const string Store = "store";
    public const string Nodes = "nodes";
    public const string Lines = "lines";
    public const string Clients = "clients";
    public const string Workers = "workers";
}

/// <summary>What one injection of a fault works with. Every random choice uses <see cref="Random"/>, which is seeded by the plan.</summary>
internal sealed record FaultContext(
    PlannedFault Planned, Deployment Deployment, Crowd Crowd, Workforce Workers, HistoryFile History, CancellationToken Stop)
{
    public string Name => Planned.Fault.Name;

    public TimeSpan Length => Planned.Length;

    public Random Random { get; } = new(Planned.Seed);

    public required Timings Timings { get; init; }

    public IReadOnlyList<Client> Clients => Crowd.Clients;

    public Node AnyNode() => Deployment.Nodes[Random.Next(Deployment.Nodes.Count)];

    /// <summary>A random subset of the clients, at least one.</summary>
    public IReadOnlyList<Client> SomeClients()
    {
        var shuffled = Clients.ToArray();
        Random.Shuffle(shuffled);
        return shuffled[..Random.Next(1, Math.Max(2, shuffled.Length / 2))];
    }

    /// <summary>The proxies of some clients and workers.</summary>
    public IReadOnlyList<TcpProxy> SomeLines() => [.. SomeClients().Select(c => c.Line), .. Workers.Lines.Where(_ => Random.Next(2) == 0)];

    /// <summary>Waits for the duration of the fault.</summary>
    public Task LastAsync() => Task.Delay(Length, Stop);

    /// <summary>Records details of the fault in the history, and prints them.</summary>
    public void Note(string what)
    {
        Progress.Say($"  {Name}: {what}");
        History.Add(new HistoryEvent { Kind = EventKind.Fault, Id = Name, Why = what });
    }
}
