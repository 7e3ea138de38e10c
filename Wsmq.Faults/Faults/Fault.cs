using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Nodes;
using Wsmq.Faults.Running;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Injected;

/// <summary>One kind of fault.</summary>
/// <param name="name">What it is called on the command line and in the report.</param>
/// <param name="stores">Where it exists.</param>
internal abstract class Fault(string name, params string[] stores)
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Stores { get; } = stores;

    /// <summary>What it takes hold of, so that two faults do not pull at the same thing: one of <see cref="Hold"/>.</summary>
    public abstract string Takes { get; }

    /// <summary>How long it takes, of the lengths that the run has.</summary>
    public virtual TimeSpan LengthOf(Timings timings) => timings.Fault;

    /// <summary>Breaks something, waits, and repairs it.</summary>
    public abstract Task RunAsync(FaultContext context);
}

/// <summary>What faults take hold of.</summary>
internal static class Hold
{
    public const string Store = "store";
    public const string Nodes = "nodes";
    public const string Lines = "lines";
    public const string Clients = "clients";
}

/// <summary>What one injection of a fault has to do with. All that is left to chance comes from <see cref="Random"/>, which the plan has sown.</summary>
internal sealed record FaultContext(
    string Name, Deployment Deployment, Crowd Crowd, HistoryFile History, Timings Timings, TimeSpan Length, Random Random,
    CancellationToken Stop)
{
    public IReadOnlyList<Client> Clients => Crowd.Clients;

    public Node AnyNode() => Deployment.Nodes[Random.Next(Deployment.Nodes.Count)];

    /// <summary>Some of the clients, at least one.</summary>
    public IReadOnlyList<Client> SomeClients()
    {
        var shuffled = Clients.ToArray();
        Random.Shuffle(shuffled);
        return shuffled[..Random.Next(1, Math.Max(2, shuffled.Length / 2))];
    }

    /// <summary>Lets the fault last.</summary>
    public Task LastAsync() => Task.Delay(Length, Stop);

    /// <summary>Records what exactly is done, and says so.</summary>
    public void Note(string what)
    {
        Progress.Say($"  {Name}: {what}");
        History.Add(new HistoryEvent { Kind = EventKind.Fault, Id = Name, Why = what });
    }
}
