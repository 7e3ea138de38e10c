namespace Wsmq;

/// <summary>A message that was dead-lettered for a device of a user, because its handling failed too often.</summary>
public sealed class WsmqDeadLetter
{
    /// <summary>Identifies the dead letter among those of its user; opaque.</summary>
    public required string Id { get; init; }

    /// <summary>The address whose log contained the message: the user's own queue, or a group.</summary>
    public required WsmqAddress Source { get; init; }

    /// <summary>The position of the message in that log.</summary>
    public required WsmqPosition Position { get; init; }

    /// <summary>The device whose attempts failed. Other devices still receive the message from the log.</summary>
    public required string Device { get; init; }

    /// <summary>
    /// The number of failed attempts: nacks, and connections that ended without an ack
    /// (<see cref="WsmqDeadLetterOptions.MaxSilentAttempts"/>). It may be 1 where the client has no handler for the type of the message.
    /// </summary>
    public required int Attempts { get; init; }

    /// <summary>When the message was dead-lettered, by the clock of the store.</summary>
    public required DateTimeOffset DeadLetteredAt { get; init; }

    /// <summary>
    /// The reason that the client gave for the last failed attempt, at most 256 characters; may be empty. The .NET client sends the
    /// exception's type, or <see cref="WsmqNackReasons.NoHandler"/>.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>The message as it was delivered; null in the results of <see cref="IWsmqDeadLetters.ListAsync"/>.</summary>
    public WsmqDelivery? Message { get; init; }
}
