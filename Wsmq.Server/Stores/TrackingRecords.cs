namespace Wsmq.Server.Stores;

/// <summary>What a store notes of a message that is tracked. Part of <see cref="LogTerms"/>.</summary>
internal sealed record TrackTerms
{
    /// <summary>The sender, as in <see cref="AppendRequest.Sender"/>; of one that has waited that is not known there.</summary>
    public required string Sender { get; init; }

    /// <summary>The id of the message, as its sender knows it.</summary>
    public required string Id { get; init; }

    /// <summary>How long the record is stored, in µs.</summary>
    public required long Retention { get; init; }

    /// <summary>The most records that the sender may have with this one, in the lane. Not of a message that has waited.</summary>
    public int MaxRecords { get; init; } = int.MaxValue;

    /// <summary>The most readers that a record lists; those beyond are only counted.</summary>
    public required int MaxReaders { get; init; }

    /// <summary>The node that is told of changes; null if none is.</summary>
    public string? Watcher { get; init; }
}

/// <summary>A tracked entry was written to a connection of a reader, or skipped for it.</summary>
/// <param name="Source">The log.</param>
/// <param name="Position">The entry.</param>
/// <param name="Reader">The device, of a user's own queue; the user, of a group.</param>
/// <param name="At">When, by the clock of the store in µs since 1970.</param>
/// <param name="IsSkipped">Whether it was skipped: the reader has a filter, or another device has handled what is for any.</param>
/// <param name="Device">Of a group, the device of the user; else empty.</param>
internal readonly record struct TrackedDelivery(
    WsmqAddress Source, WsmqPosition Position, string Reader, long At, bool IsSkipped = false, string Device = "");

/// <summary>What became of a tracked entry for a reader.</summary>
internal enum TrackedEnd
{
    /// <summary>Nothing ended it without an ack.</summary>
    None = 0,

    /// <summary>Its time to live, before it was delivered.</summary>
    Expired,

    /// <summary>It is a dead letter.</summary>
    DeadLettered,

    /// <summary>It left the log before it was delivered.</summary>
    Lost,

    /// <summary>It was skipped for the reader.</summary>
    Skipped,
}

/// <summary>A reader of a tracked entry. Times are in µs since 1970 by the clock of the store, and 0 where it has not happened.</summary>
/// <param name="Name">The device, of a user's own queue; the user, of a group.</param>
/// <param name="DeliveredAt">When it was delivered.</param>
/// <param name="AcknowledgedAt">When it was acknowledged.</param>
/// <param name="EndedAt">When it ended otherwise.</param>
/// <param name="End">How it ended otherwise.</param>
internal readonly record struct TrackedReader(string Name, long DeliveredAt, long AcknowledgedAt, long EndedAt, TrackedEnd End);

/// <summary>The record of a tracked entry.</summary>
internal sealed record TrackedEntry
{
    public required WsmqAddress To { get; init; }

    public required WsmqPosition Position { get; init; }

    /// <summary>See <see cref="TrackTerms.Sender"/>.</summary>
    public required string Sender { get; init; }

    public required string Id { get; init; }

    /// <summary>When its time to live ends, in µs; 0 if it has none.</summary>
    public long Ends { get; init; }

    /// <summary>
    /// How many readers it was delivered to, have acknowledged it, and for how many it ended otherwise, by <see cref="TrackedEnd"/>.
    /// </summary>
    public int Delivered { get; init; }

    public int Acknowledged { get; init; }

    public int Expired { get; init; }

    public int DeadLettered { get; init; }

    public int Lost { get; init; }

    /// <summary>Whether the log still has the entry; of a change, that is not looked for.</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>Readers, by name: those that were asked for, or, of a change, the one for which something has changed.</summary>
    public IReadOnlyList<TrackedReader> Readers { get; init; } = [];
}

/// <summary>Marks that are not stored, or of which that is not known.</summary>
/// <param name="Marks">The marks.</param>
/// <param name="Cause">Why, for the first of them.</param>
internal sealed record UnstoredMarks(IReadOnlyList<TrackedDelivery> Marks, Exception Cause);

/// <summary>A change of a record, for the node that is told of it.</summary>
internal readonly record struct TrackedChange(string Watcher, TrackedEntry Entry);
