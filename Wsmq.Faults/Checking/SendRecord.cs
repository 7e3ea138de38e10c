namespace Wsmq.Faults.Checking;

/// <summary>A send, and what became of it. Lines stand for times: a history is in the order of its lines.</summary>
internal sealed class SendRecord
{
    public required string Id { get; init; }

    public required string Sender { get; init; }

    public required string To { get; init; }

    /// <summary>The line at which it began.</summary>
    public required int Began { get; init; }

    /// <summary>The connection of a plain client; 0 for ours, which keeps the order over all of its connections.</summary>
    public required int Connection { get; init; }

    /// <summary>The highest position at its address that had been receipted, to anybody, when it began.</summary>
    public required string Floor { get; init; }

    /// <summary>The line of its receipt.</summary>
    public int Receipted { get; set; } = int.MaxValue;

    public string? Position { get; set; }

    public bool IsAnswered { get; set; }

    /// <summary>It was sent again after a refusal: what was behind it may stand before it.</summary>
    public bool WasRepeated { get; set; }
}
