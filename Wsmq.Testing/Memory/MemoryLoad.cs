namespace Wsmq.Testing.Memory;

/// <summary>What one connection sends again and again, to see what a node keeps of it.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Frame">The text that is repeated.</param>
public sealed record MemoryLoad(string Name, string Frame)
{
    /// <summary>Sent once before.</summary>
    public string? Opening { get; init; }

    /// <summary>At most so often; without it as often as the node takes it.</summary>
    public int? Times { get; init; }
}
