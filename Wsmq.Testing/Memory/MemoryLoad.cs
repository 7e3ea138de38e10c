using System.Text;

namespace Wsmq.Testing.Memory;

/// <summary>What one connection sends repeatedly, to measure what a node retains of it.</summary>
public sealed record MemoryLoad
{
    private readonly Lazy<byte[]> _frame;

    /// <param name="name">The name in the table.</param>
    /// <param name="text">The text to repeat.</param>
    public MemoryLoad(string name, string text)
    {
        Name = name;
        _frame = new(() => Encoding.UTF8.GetBytes(Times is null ? text + HubSocket.Separator : text));
    }

    /// <summary>The name in the table.</summary>
    public string Name { get; }

    /// <summary>
    /// The bytes to repeat, without a record separator if <see cref="Times"/> is set. Encoded once: a copy for each send would slow down
    /// the sender, and everything else in its process.
    /// </summary>
    public ReadOnlyMemory<byte> Frame => _frame.Value;

    /// <summary>Sent once, before the first frame.</summary>
    public string? Opening { get; init; }

    /// <summary>The maximum number of repetitions; null to send as often as the node accepts.</summary>
    public int? Times { get; init; }
}
