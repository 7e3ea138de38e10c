namespace Wsmq;

/// <summary>What the store can tell of the life of a message.</summary>
public sealed class WsmqMessageLife
{
    /// <summary>The entry, also if it is no longer in the log, but the state of its key; null if it is not stored.</summary>
    public WsmqLogEntry? Entry { get; init; }

    /// <summary>Whether the entry is stored.</summary>
    public bool IsStored => Entry is not null;

    /// <summary>What is known to have happened, by kind.</summary>
    public required IReadOnlyList<WsmqMessageEvent> Events { get; init; }

    /// <summary>Whether there may be more events: of a group, only the first 500 members are looked at.</summary>
    public bool MayBeMore { get; init; }
}

/// <summary>What happened to a message.</summary>
public enum WsmqMessageEventKind
{
    /// <summary>It was stored.</summary>
    Stored = 0,

    /// <summary>It is the replay of a dead letter, whose origin is the reason; or a replay of its dead letter was stored.</summary>
    Replayed = 1,

    /// <summary>The cursor of a device is at or past it.</summary>
    Acknowledged = 2,

    /// <summary>A device has not acknowledged it.</summary>
    Waiting = 3,

    /// <summary>Attempts of a device have failed, and it is still to be handled.</summary>
    Failed = 4,

    /// <summary>It is a dead letter of a device.</summary>
    DeadLettered = 5,

    /// <summary>It is no longer stored in the log.</summary>
    Removed = 6,

    /// <summary>Its time to live is over: it is not delivered any more.</summary>
    Expired = 7,

    /// <summary>It was delivered to a device, or to a member of a group; only of a tracked message.</summary>
    Delivered = 8,

    /// <summary>It left the log before a device received it; only of a tracked message.</summary>
    Lost = 9,

    /// <summary>It was skipped for a device, by a filter or because another device has handled it; only of a tracked message.</summary>
    Skipped = 10,
}

/// <summary>Something that happened to a message.</summary>
public sealed class WsmqMessageEvent
{
    /// <summary>What happened.</summary>
    public required WsmqMessageEventKind Kind { get; init; }

    /// <summary>When; null if it is not stored.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The user: the sender, or the one whose device it is.</summary>
    public string? User { get; init; }

    /// <summary>The device.</summary>
    public string? Device { get; init; }

    /// <summary>How many attempts have failed.</summary>
    public int? Attempts { get; init; }

    /// <summary>The reason of the last failure; of a replay, the address and the position of the dead letter.</summary>
    public string? Reason { get; init; }

    /// <summary>The id of the dead letter.</summary>
    public string? DeadLetter { get; init; }
}
