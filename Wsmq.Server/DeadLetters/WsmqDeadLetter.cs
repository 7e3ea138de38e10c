namespace Wsmq;

/// <summary>A message that was set aside for a device of a user, because attempts to handle it kept failing.</summary>
public sealed record WsmqDeadLetter
{
    /// <summary>Names it among those of its user; opaque.</summary>
    public required string Id { get; init; }

    /// <summary>The address whose log it stood in: the user's own queue, or a group.</summary>
    public required WsmqAddress Source { get; init; }

    /// <summary>Its place in that log.</summary>
    public required WsmqPosition Position { get; init; }

    /// <summary>The device whose attempts failed. Other devices have the message in their log as ever.</summary>
    public required string Device { get; init; }

    /// <summary>How many attempts had failed.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was set aside, by the clock of the store.</summary>
    public required DateTimeOffset SetAsideAt { get; init; }

    /// <summary>What the client said about its last attempt, at most 256 characters; may be empty. The .NET client names the exception's type, or <see cref="WsmqNackReasons.NoHandler"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>The message as it was delivered; null in lists.</summary>
    public WsmqDelivery? Message { get; init; }
}
