namespace Wsmq;

/// <summary>A message that waits for its time, without its body. It is in no log yet.</summary>
public sealed class WsmqDelayedMessage
{
    /// <summary>
    /// Names it among the messages that wait: what <see cref="IWsmqLogs.CancelDelayedAsync"/> takes, because ids are those of their senders.
    /// Opaque.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>When it is due, by the clock of the store.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>The id of the message; null if it is corrupt.</summary>
    public string? Id { get; init; }

    /// <summary>The user who sent it; null where the app did.</summary>
    public string? Sender { get; init; }

    /// <summary>When a node accepted it; null if it is corrupt.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>The key of the state that the message will set or remove; null for a message that is no state.</summary>
    public string? StateKey { get; init; }

    /// <summary>Whether the message will remove the state of its <see cref="StateKey"/>.</summary>
    public bool RemovesState { get; init; }

    /// <summary>The type of the message.</summary>
    public string? Type { get; init; }

    /// <summary>The media type of a binary body; null for a JSON body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The size of the body in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The first 200 characters of the body; null in the results of <see cref="IWsmqLogs"/>, and if it is not text.</summary>
    public string? Preview { get; init; }
}
