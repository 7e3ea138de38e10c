namespace Wsmq.Server.Stores;

/// <summary>How a failed attempt at an entry was detected.</summary>
internal enum NackKind
{
    /// <summary>The client nacked it.</summary>
    Reported = 0,

    /// <summary>
    /// A connection received the entry and ended without having acknowledged anything. Only counted: there is no client to notify.
    /// </summary>
    Silent = 1,

    /// <summary>Its silent attempts are used up and the device has connected again. Counts nothing, and dead-letters the entry.</summary>
    Blocked = 2,

    /// <summary>The client nacked it as final: no further attempt can help. It is dead-lettered whatever the limit.</summary>
    Final = 3,
}

/// <summary>A failed attempt at an entry.</summary>
/// <param name="Source">The log.</param>
/// <param name="User">The user of the reader.</param>
/// <param name="Device">The device of the reader.</param>
/// <param name="Position">The entry.</param>
/// <param name="Kind">How the failure was detected.</param>
/// <param name="Reason">The reason, shortened. Never a body.</param>
internal readonly record struct NackRequest(
    WsmqAddress Source, string User, string Device, WsmqPosition Position, NackKind Kind, string Reason)
{
    /// <summary>How many bytes the dead letters of this log and user may take in total; see <see cref="IDeadLetterStore"/>.</summary>
    public long Room { get; init; } = long.MaxValue;

    public DeadLetterKey Key => new(Source, Position, Device);
}

internal enum NackOutcome
{
    /// <summary>Entries before it are not acknowledged, so that it does not block the device yet; nothing changed.</summary>
    NotFirst = 0,

    /// <summary>Counted; the entry may be retried.</summary>
    Counted = 1,

    /// <summary>It is dead-lettered, by this call or an earlier one, and the cursor is at or past it.</summary>
    DeadLettered = 2,

    /// <summary>The cursor has passed it already, or the log no longer has it; nothing changed.</summary>
    Passed = 3,

    /// <summary>The device is not registered with the queue, or the user is not in the group; nothing changed.</summary>
    NoReader = 4,
}

/// <param name="Outcome">The outcome.</param>
/// <param name="Attempts">Failed attempts so far; 0 if none is counted.</param>
/// <param name="IsNew">This call dead-lettered the entry.</param>
/// <param name="Evicted">How many older dead letters were removed for it.</param>
internal readonly record struct NackResult(NackOutcome Outcome, int Attempts, bool IsNew = false, int Evicted = 0);

/// <summary>Identifies a dead letter of a user: the entry, and the device for which it was dead-lettered.</summary>
internal readonly record struct DeadLetterKey(WsmqAddress Source, WsmqPosition Position, string Device);

/// <summary>A stored dead letter.</summary>
/// <param name="Key">The entry and the device.</param>
/// <param name="Attempts">How many attempts had failed.</param>
/// <param name="DeadLetteredAt">When it was dead-lettered, in microseconds since 1970 by the store's clock.</param>
/// <param name="Reason">Why the last attempt failed, if a reason was given.</param>
/// <param name="Entry">The entry; null in lists.</param>
internal sealed record StoredDeadLetter(DeadLetterKey Key, int Attempts, long DeadLetteredAt, string Reason, LogEntry? Entry);

/// <summary>Counts failed attempts, and stores dead letters.</summary>
/// <remarks>
/// Acks are cumulative, so only the first entry after a device's cursor can block the device. Attempts at that entry are counted, for each
/// device and log, until the cursor moves. At the limit, atomically, the entry is copied to the dead letters of the user and the log, and
/// the cursor moves to it. Dead letters are removed by count and by bytes, the oldest first, and by age with the retention of the log;
/// leaving a group removes the user's dead letters of it. The newest dead letter is always stored, even over a limit: a message from
/// another user must neither block a device nor be lost. Throws <see cref="WsmqException"/> with <c>store-unavailable</c>; the call can
/// then be repeated.
/// </remarks>
internal interface IDeadLetterStore
{
    /// <summary>The bytes of a dead letter in addition to its entry: its key, its metadata, and the overhead of the store.</summary>
    const int Overhead = 1_024;

    Task<NackResult> NackAsync(NackRequest request, CancellationToken cancellationToken);

    /// <summary>The dead letters of a log and user, without their entries, ordered by position and then by device.</summary>
    Task<IReadOnlyList<StoredDeadLetter>> ListAsync(WsmqAddress source, string user, CancellationToken cancellationToken);

    /// <summary>One dead letter with its entry; null if it is not stored.</summary>
    Task<StoredDeadLetter?> ReadAsync(DeadLetterKey key, string user, CancellationToken cancellationToken);

    /// <summary>Removes one dead letter. Returns false if it is not stored.</summary>
    Task<bool> RemoveAsync(DeadLetterKey key, string user, CancellationToken cancellationToken);

    /// <summary>
    /// Those of the dead letters of one entry that some devices have, without entries. The number of commands grows with the devices, not with
    /// their dead letters.
    /// </summary>
    Task<IReadOnlyList<DeadLetterHead>> FindAsync(
        WsmqAddress source, WsmqPosition position, IReadOnlyCollection<(string User, string Device)> devices,
        CancellationToken cancellationToken);

    /// <summary>
    /// One step of a scan of the dead letters of all users, with the bounds that <see cref="ILogInspection"/> states. Those of one user and
    /// log come in the order in which they were dead-lettered; on SQLite, all do. One that is stored from the first step to the last one is
    /// returned once; one that is added meanwhile may be.
    /// </summary>
    /// <param name="scan">Which dead letters are meant, and what is read of them.</param>
    /// <param name="next">What the step before has returned; null for the first one.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<StorePage<DeadLetterHead>> ScanAsync(DeadLetterScan scan, string? next, int max, CancellationToken cancellationToken);
}

/// <summary>Which dead letters a scan returns, and what it reads of them.</summary>
/// <param name="User">Those of one user; null for all.</param>
/// <param name="Source">Those of one log; null for all.</param>
/// <param name="From">Dead-lettered at this time or later, in µs since 1970.</param>
/// <param name="Until">Dead-lettered at this time or earlier, in µs since 1970.</param>
/// <param name="WithEntry">Whether the metadata of the entries is read.</param>
/// <param name="BodyBytes">With the entry: at most so many bytes of its body.</param>
internal readonly record struct DeadLetterScan(
    string? User, WsmqAddress? Source, long From, long Until, bool WithEntry, int BodyBytes);

/// <param name="User">The user.</param>
/// <param name="Letter">The dead letter, without its entry.</param>
/// <param name="Entry">The beginning of the entry; null if it was not asked for.</param>
internal sealed record DeadLetterHead(string User, StoredDeadLetter Letter, EntryHead? Entry);
