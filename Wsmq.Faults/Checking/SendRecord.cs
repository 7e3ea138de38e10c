namespace Wsmq.Faults.Checking;

/// <summary>A send and its outcome. Line numbers stand for times, because the lines of a history are in order.</summary>
internal sealed class SendRecord
{
    public required string Id { get; init; }

    public required string Sender { get; init; }

    public required string To { get; init; }

    /// <summary>The line at which it began.</summary>
    public required int Began { get; init; }

    /// <summary>The connection of a plain client; 0 for the wsmq client, which keeps the order across its connections.</summary>
    public required int Connection { get; init; }

    /// <summary>The highest position at its address that had been receipted, to any client, when it began.</summary>
    public required string Floor { get; init; }

    /// <summary>When it began, in seconds since the start of the run.</summary>
    public required double At { get; init; }

    /// <summary>The key of a job; null if it has none.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// Whether it is a job with a unique id. If that was taken and the receipt that says so is lost, the client repeats the job, and it is
    /// stored if the id is free by then: after jobs that were sent later.
    /// </summary>
    public bool IsUnique { get; init; }

    /// <summary>The delay of the message, in seconds; null if it has none.</summary>
    public double? Delay { get; init; }

    /// <summary>Its time to live, in seconds; null if it has none.</summary>
    public double? Life { get; init; }

    /// <summary>The key of which it is the state; null if it is none.</summary>
    public string? StateKey { get; init; }

    /// <summary>Whether one device of the user is enough.</summary>
    public bool IsForAnyDevice { get; init; }

    /// <summary>The type if devices with a filter do not get it; else null.</summary>
    public string? FilteredType { get; init; }

    /// <summary>Whether what becomes of it is tracked.</summary>
    public bool IsTracked { get; init; }

    /// <summary>The producer if it has a place in a sequence; else null.</summary>
    public string? Producer { get; init; }

    public long Epoch { get; init; }

    public long Number { get; init; }

    /// <summary>The line of its receipt.</summary>
    public int Receipted { get; set; } = int.MaxValue;

    /// <summary>Null also if a job was not stored, because another one has its unique id.</summary>
    public string? Position { get; set; }

    /// <summary>
    /// Whether it is stored where its receipt does not say: the repeat of a message with a number, or a message with a delay.
    /// </summary>
    public bool IsElsewhere => Position is { Length: 0 };

    public bool IsAnswered { get; set; }

    /// <summary>Whether it was sent again after a retryable refusal: sends that follow it may then be stored before it.</summary>
    public bool WasRepeated { get; set; }
}
