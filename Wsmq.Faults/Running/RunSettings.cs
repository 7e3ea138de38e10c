namespace Wsmq.Faults.Running;

/// <summary>The settings of a run.</summary>
/// <param name="Seed">The seed of the fault plan and the load.</param>
/// <param name="Minutes">The duration of the load; starting, draining and checking are extra.</param>
/// <param name="Store">The store; null to let the faults or the seed decide.</param>
/// <param name="Faults">The kinds of faults; null for all that apply to the store.</param>
/// <param name="Nodes">The number of nodes; the embedded store has one.</param>
/// <param name="Stampede">The number of clients of that fault; null to derive it from the duration of the run.</param>
internal sealed record RunSettings(int Seed, double Minutes, string? Store, string[]? Faults, int Nodes, int? Stampede)
{
    /// <summary>Whether to keep the history even if there is no violation.</summary>
    public bool Keep { get; init; }
}
