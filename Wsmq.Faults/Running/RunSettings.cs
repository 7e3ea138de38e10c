namespace Wsmq.Faults.Running;

/// <summary>What a run is asked for.</summary>
/// <param name="Seed">Sows the plan of faults and the load.</param>
/// <param name="Minutes">How long there is load; starting, draining and checking come on top.</param>
/// <param name="Store">The store, or null: the seed decides.</param>
/// <param name="Faults">The kinds of faults, or null: all that the store has.</param>
/// <param name="Nodes">How many nodes; the embedded store has one.</param>
/// <param name="Stampede">How many clients come at once in that fault, or null: by the length of the run.</param>
/// <param name="Keep">Whether the history is kept also when all is well.</param>
internal sealed record RunSettings(int Seed, double Minutes, string? Store, string[]? Faults, int Nodes, int? Stampede, bool Keep);
