namespace Wsmq.Faults.Checking;

/// <summary>A place in a sequence: which messages were sent under its number, and what was told of them.</summary>
internal sealed class PlaceRecord(long epoch, long number)
{
    public long Epoch => epoch;

    public long Number => number;

    /// <summary>The messages that were sent with this place.</summary>
    public HashSet<string> Tried { get; } = new(StringComparer.Ordinal);

    /// <summary>Those that are stored, as a receipt or a delivery says.</summary>
    public HashSet<string> Stored { get; } = new(StringComparer.Ordinal);

    /// <summary>Where they are stored.</summary>
    public SortedSet<string> Positions { get; } = new(StringComparer.Ordinal);

    /// <summary>The errors with which it was refused for good.</summary>
    public SortedSet<string> Refusals { get; } = new(StringComparer.Ordinal);

    public bool IsProcessed => Stored.Count + Refusals.Count > 0;

    /// <summary>What contradicts itself in what was told of the place; null if nothing does.</summary>
    public string? Defect =>
        Stored.Count > 1 ? $"has the messages {string.Join(" and ", Stored)}"
        : Positions.Count > 1 ? $"is stored at {string.Join(" and ", Positions)}"
        : Refusals.Count > 1 ? $"was refused with {string.Join(" and ", Refusals)}"
        : Stored.Count > 0 && Refusals.Count > 0 ? $"is stored, and was refused with {Refusals.Min}"
        : null;
}
