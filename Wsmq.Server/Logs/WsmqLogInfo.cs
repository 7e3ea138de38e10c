namespace Wsmq;

/// <summary>The figures of an address. Of a work queue, its entries are its jobs.</summary>
public sealed class WsmqAddressInfo
{
    /// <summary>The address.</summary>
    public required WsmqAddress Address { get; init; }

    /// <summary>How many entries are stored.</summary>
    public required long Entries { get; init; }

    /// <summary>On SQLite the bytes of their metadata and bodies; on Redis the memory that they take, as Redis estimates it.</summary>
    public required long Bytes { get; init; }

    /// <summary>When the last entry was stored; null if there never was one.</summary>
    public DateTimeOffset? LastAt { get; init; }
}

/// <summary>The figures of a log, and the cursors of its readers.</summary>
public sealed class WsmqLogInfo
{
    /// <summary>The address.</summary>
    public required WsmqAddress Address { get; init; }

    /// <summary>How many entries are stored.</summary>
    public required long Entries { get; init; }

    /// <summary>As <see cref="WsmqAddressInfo.Bytes"/>.</summary>
    public required long Bytes { get; init; }

    /// <summary>The last position that was issued.</summary>
    public required WsmqPosition Last { get; init; }

    /// <summary>The last position that was removed.</summary>
    public required WsmqPosition Removed { get; init; }

    /// <summary>The cursors.</summary>
    public required IReadOnlyList<WsmqLogCursor> Cursors { get; init; }

    /// <summary>What to pass to the next call for more cursors; null if there are no more.</summary>
    public string? Next { get; init; }
}

/// <summary>The cursor of a reader of a log.</summary>
public sealed class WsmqLogCursor
{
    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>The device; null for a member of a group of which no device has acknowledged anything there.</summary>
    public string? Device { get; init; }

    /// <summary>The position up to which the device has acknowledged; without a device, the last position when the user joined.</summary>
    public required WsmqPosition Position { get; init; }

    /// <summary>How many entries are after it.</summary>
    public required long Behind { get; init; }

    /// <summary>Whether there may be more of them: in a long log, only the newest ones are counted.</summary>
    public bool MayBeMore { get; init; }

    /// <summary>When the device was last seen connected; null in groups, where it is not stored.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }
}

/// <summary>An entry of a log, without its body.</summary>
public sealed class WsmqLogEntry
{
    /// <summary>Its position.</summary>
    public required WsmqPosition Position { get; init; }

    /// <summary>The id of the message; null if the entry is corrupt.</summary>
    public string? Id { get; init; }

    /// <summary>The user who sent it; null where the app did.</summary>
    public string? Sender { get; init; }

    /// <summary>When a node accepted it; null if the entry is corrupt.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When it was stored, by the clock of the store, from which positions are made.</summary>
    public required DateTimeOffset StoredAt { get; init; }

    /// <summary>When its time to live ends, by the clock of the store; null if it has none. It is not delivered later.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The key of the state that the message sets or removes; null for a message that is no state.</summary>
    public string? StateKey { get; init; }

    /// <summary>Whether the message removes the state of its <see cref="StateKey"/>.</summary>
    public bool RemovesState { get; init; }

    /// <summary>The type of the message.</summary>
    public string? Type { get; init; }

    /// <summary>The media type of a binary body; null for a JSON body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The size of the body in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The first 200 characters of the body; null if it was not asked for, or is not text.</summary>
    public string? Preview { get; init; }
}
