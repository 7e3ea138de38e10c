using System.Text;

namespace Wsmq.Testing.Memory;

/// <summary>What one connection sends again and again, to see what a node keeps of it.</summary>
public sealed record MemoryLoad
{
    private readonly Lazy<byte[]> _frame;

    /// <param name="name">For the table.</param>
    /// <param name="text">What is repeated.</param>
    public MemoryLoad(string name, string text)
    {
        Name = name;
        _frame = new(() => Encoding.UTF8.GetBytes(Times is null ? text + MemoryLoads.Separator : text));
    }

    /// <summary>For the table.</summary>
    public string Name { get; }

    /// <summary>
    /// What is repeated, as it goes out; not ended where it is not sent as often as possible. Made once: a copy for each time would
    /// hold up the sender, and whatever else runs in its process.
    /// </summary>
    public ReadOnlyMemory<byte> Frame => _frame.Value;

    /// <summary>Sent once before.</summary>
    public string? Opening { get; init; }

    /// <summary>At most so often; without it as often as the node takes it.</summary>
    public int? Times { get; init; }
}
