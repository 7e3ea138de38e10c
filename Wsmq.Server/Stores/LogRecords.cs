namespace Wsmq.Server.Stores;

/// <summary>An entry to append. Metadata and body are opaque to the store.</summary>
/// <param name="To">The log.</param>
/// <param name="Sender">The scope of <paramref name="Id"/>: a user, or the app. Opaque to the store.</param>
/// <param name="Id">The sender's id of the message.</param>
/// <param name="Metadata">Everything about the message but its body.</param>
/// <param name="Body">The body.</param>
/// <param name="MayCreate">Whether the entry may create its address; if not, it is refused if the address does not exist.</param>
internal readonly record struct AppendRequest(
    WsmqAddress To, string Sender, string Id, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body, bool MayCreate = true)
{
    public int Bytes => Metadata.Length + Body.Length;

    /// <summary>For a work queue: what the sender demands; null for the defaults.</summary>
    public JobTerms? Job { get; init; }

    /// <summary>What the append depends on, and what else it changes: of a job only its place in a sequence. Null for most messages.</summary>
    public LogTerms? Log { get; init; }

    /// <summary>For a log: when the message is due, if it is not at once.</summary>
    public DelayTerms? Delay { get; init; }

    /// <summary>For a user's log: its address is noted, see <see cref="IUnacknowledgedStore"/>.</summary>
    public bool IsNoted { get; init; }

    /// <summary>
    /// The number of the message, by which a repeat is recognized; null if that is its id. A message to a work queue has no number.
    /// </summary>
    public MessageNumber? Number { get; init; }
}

/// <param name="Position">
/// The position of the entry or job; the start if it is refused, and for a duplicate that was recognized by its number or has waited. Of a
/// message that waits, when it is due.
/// </param>
/// <param name="Duplicate">The entry was stored by an earlier call.</param>
internal readonly record struct AppendResult(WsmqPosition Position, bool Duplicate)
{
    /// <summary>Why it is not stored; <see cref="AppendRefusal.None"/> if it is, by this call or an earlier one, or waits.</summary>
    public AppendRefusal Refusal { get; private init; }

    public static AppendResult NoAddress => Of(AppendRefusal.NoAddress);

    public static AppendResult QueueFull { get; } = Of(AppendRefusal.QueueFull);

    public static AppendResult TooManyWaiting { get; } = Of(AppendRefusal.TooManyWaiting);

    public static AppendResult StateFull { get; } = Of(AppendRefusal.StateFull);

    public static AppendResult TooManyTracked { get; } = Of(AppendRefusal.TooManyTracked);

    public static AppendResult Corrupt { get; } = Of(AppendRefusal.Corrupt);

    public static AppendResult TooLow { get; } = Of(AppendRefusal.TooLow);

    public static AppendResult Fenced { get; } = Of(AppendRefusal.Fenced);

    public static AppendResult NumberTaken { get; } = Of(AppendRefusal.NumberTaken);

    public static AppendResult TooManySequences { get; } = Of(AppendRefusal.TooManySequences);

    public bool Refused => Refusal == AppendRefusal.NoAddress;

    public bool IsQueueFull => Refusal == AppendRefusal.QueueFull;

    public bool IsTooManyWaiting => Refusal == AppendRefusal.TooManyWaiting;

    public bool IsConflict => Refusal == AppendRefusal.Conflict;

    public bool IsStateFull => Refusal == AppendRefusal.StateFull;

    public bool IsTooManyTracked => Refusal == AppendRefusal.TooManyTracked;

    public bool IsCorrupt => Refusal == AppendRefusal.Corrupt;

    public bool IsOutOfSequence => Refusal is AppendRefusal.TooLow or AppendRefusal.Fenced or AppendRefusal.NumberTaken or AppendRefusal.Skipped;

    public bool IsNumberTaken => Refusal == AppendRefusal.NumberTaken;

    public bool IsTooManySequences => Refusal == AppendRefusal.TooManySequences;

    public bool IsFenced => Refusal == AppendRefusal.Fenced;

    /// <summary>The entry created its address.</summary>
    public bool Created { get; init; }

    /// <summary>
    /// With <see cref="Duplicate"/>: not stored, because the job at the position has the same <see cref="JobTerms.Unique"/> and has not
    /// ended.
    /// </summary>
    public bool IsUniqueTaken { get; init; }

    /// <summary>The message waits until it is due, and has no position yet.</summary>
    public bool IsWaiting { get; init; }

    /// <summary>
    /// With <see cref="Duplicate"/>: this node has repeated the call, because it did not know the outcome of an earlier one. To the sender of a
    /// message with a number it is no duplicate.
    /// </summary>
    public bool IsOwnRepeat { get; init; }

    /// <summary>The position as clients get it; null if it is not known.</summary>
    public string? PositionText => Position == WsmqPosition.Start || IsWaiting ? null : Position.ToString();

    /// <summary>When the message is due; null if it does not wait.</summary>
    public DateTimeOffset? DueAt => IsWaiting ? DateTimeOffset.UnixEpoch.AddMicroseconds(Position.Value) : null;

    /// <summary>Whether the entry or job is stored or waits, by this call or an earlier one.</summary>
    public bool IsStored => Refusal == AppendRefusal.None;

    /// <summary>The refusal of a message that expects another tail than this one.</summary>
    public static AppendResult Conflict(WsmqPosition tail) => new(tail, false) { Refusal = AppendRefusal.Conflict };

    /// <summary>The refusal of a message whose number skips the one after this last one.</summary>
    public static AppendResult Skipped(long last) => new(new WsmqPosition(last), false) { Refusal = AppendRefusal.Skipped };

    /// <summary>The message was refused with this error, now or before, and its number in a sequence is used up.</summary>
    public static AppendResult UsedUp(int error) => new(new WsmqPosition(error), false) { Refusal = AppendRefusal.UsedUp };

    /// <summary>The last number of the sequence that was processed, if the message was refused because its number skips one; otherwise null.</summary>
    public long? LastNumber => Refusal == AppendRefusal.Skipped ? Position.Value : null;

    /// <summary>The number of the error that has used the message's number up; null if that is not so.</summary>
    public int? UsedUpBy => Refusal == AppendRefusal.UsedUp ? (int)Position.Value : null;

    /// <summary>The number of the error if the message is refused for good and uses up its number in a sequence; otherwise null.</summary>
    public int? FinalError => Refusal switch
    {
        AppendRefusal.UsedUp => UsedUpBy,
        AppendRefusal.Conflict => WsmqErrors.PositionConflict.Number,
        AppendRefusal.StateFull => WsmqErrors.TooMuchState.Number,
        AppendRefusal.TooManyWaiting => WsmqErrors.TooManyDelayed.Number,
        AppendRefusal.TooManyTracked => WsmqErrors.TooManyTracked.Number,
        _ => null,
    };

    private static AppendResult Of(AppendRefusal refusal) => new() { Refusal = refusal };
}

/// <summary>Why an entry or a job is not stored.</summary>
internal enum AppendRefusal
{
    /// <summary>It is.</summary>
    None = 0,

    /// <summary>The address does not exist, and the entry may not create it.</summary>
    NoAddress,

    /// <summary>The work queue has reached its limit of waiting jobs or of bytes.</summary>
    QueueFull,

    /// <summary>As many messages of the sender wait as may.</summary>
    TooManyWaiting,

    /// <summary>The message expects another tail than the log has.</summary>
    Conflict,

    /// <summary>The state of the address has as many keys or bytes as it may.</summary>
    StateFull,

    /// <summary>As many messages of the sender are tracked as may.</summary>
    TooManyTracked,

    /// <summary>The stored state of the log is corrupt.</summary>
    Corrupt,

    /// <summary>Whether the message of this number is stored already cannot be told.</summary>
    TooLow,

    /// <summary>A later stream or epoch of the producer was processed.</summary>
    Fenced,

    /// <summary>The number is not the next one of its sequence.</summary>
    Skipped,

    /// <summary>Another message has the number in the sequence.</summary>
    NumberTaken,

    /// <summary>The message was refused for good, and its number is used up.</summary>
    UsedUp,

    /// <summary>The sender has as many sequences as it may.</summary>
    TooManySequences,
}

/// <summary>An entry of a log.</summary>
/// <param name="Position">Its position.</param>
/// <param name="Previous">
/// The position of the entry appended before it, still stored or not; <see cref="Wsmq.WsmqPosition.Start"/> for the first ever.
/// </param>
/// <param name="Metadata">As appended.</param>
/// <param name="Body">As appended.</param>
internal sealed record LogEntry(WsmqPosition Position, WsmqPosition Previous, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body)
{
    public int Bytes => Metadata.Length + Body.Length;

    /// <summary>Why the store itself cannot read it: the data is corrupt or foreign. Null if it can.</summary>
    public string? Defect { get; private init; }

    /// <summary>
    /// Not an entry, but what was removed because it had expired: one for neighbours, with the position of the last one, and the one before the
    /// first.
    /// </summary>
    public bool IsGone { get; private init; }

    /// <summary>Entries that have expired and were removed, after one position and up to another one.</summary>
    public static LogEntry Gone(WsmqPosition after, WsmqPosition through) => new(through, after, default, default) { IsGone = true };

    /// <summary>An unreadable entry, written by another program. Its previous position is not trusted.</summary>
    public static LogEntry Defective(WsmqPosition position, string defect) => new(position, WsmqPosition.Start, default, default) { Defect = defect };
}

/// <summary>The bounds of a log.</summary>
/// <param name="Tail">The last position issued.</param>
/// <param name="Removed">The last position removed; equal to the tail if the log has no entries.</param>
/// <param name="Consumed">The position up to which every registered device had acknowledged (a user's queue only).</param>
/// <param name="MembershipVersion">For a user's address: changes whenever the user joins or leaves a group.</param>
internal readonly record struct LogState(WsmqPosition Tail, WsmqPosition Removed, WsmqPosition Consumed, long MembershipVersion);

/// <summary>Entries and the state of their log, read atomically.</summary>
internal sealed record LogPage(IReadOnlyList<LogEntry> Entries, LogState State)
{
    /// <summary>
    /// Whether there is nothing after this page of a state, which was read with these limits. The size of a corrupt entry is not known.
    /// </summary>
    public bool IsLastOfState(int maxEntries, int maxBytes) => Entries.Count == 0
        || (Entries.Count < maxEntries && Entries.Sum(e => (long)e.Bytes) < maxBytes && Entries.All(e => e.Defect is null));
}

internal readonly record struct AckRequest(WsmqAddress Source, string User, string Device, WsmqPosition Position);

/// <summary>Where a reader starts.</summary>
/// <param name="Position">Its cursor.</param>
/// <param name="Failing">The entry after the cursor at which attempts failed, if any did; see <see cref="IDeadLetterStore"/>.</param>
/// <param name="SilentAttempts">How many of these attempts were silent.</param>
internal readonly record struct OpenCursor(WsmqPosition Position, WsmqPosition Failing = default, int SilentAttempts = 0)
{
    /// <summary>The reader has not acknowledged anything: it gets the state of the log first, see <see cref="IMessageLog"/>.</summary>
    public bool IsNew { get; init; }
}

/// <summary>A device that is registered with its user's queue.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seen">When it was last seen, in µs since 1970.</param>
internal readonly record struct KnownDevice(string Name, long Seen);

internal enum AckResult
{
    /// <summary>The cursor is at the position, or was already past it.</summary>
    Done = 0,

    /// <summary>The position is past the tail; nothing changed.</summary>
    BeyondTail = 1,

    /// <summary>The device is not registered with the queue, or the user is not in the group; nothing changed.</summary>
    NoReader = 2,

    /// <summary>The stored state of the log is corrupt; nothing changed.</summary>
    Corrupt = 3,

    /// <summary>
    /// The cursor is part of the way, because it passes more than <see cref="ITrackingStore.MostAtOnce"/> tracked entries. Only within a store, which
    /// goes on by itself.
    /// </summary>
    Partial = 4,
}
