namespace Wsmq.Server.Logs;

/// <summary>How an attempt at an entry is known to have failed.</summary>
internal enum FailKind
{
    /// <summary>The client said so.</summary>
    Reported = 0,

    /// <summary>A connection got the entry and ended without having acknowledged anything. Only counted: nobody is there to be told.</summary>
    Silent = 1,

    /// <summary>Its silent attempts are used up and the device is back. Counts nothing, and sets the entry aside.</summary>
    Blocked = 2,

    /// <summary>The client said so, and that no further attempt can help: it is set aside whatever the limit.</summary>
    Final = 3,
}

/// <summary>A failed attempt at an entry.</summary>
/// <param name="Source">The log.</param>
/// <param name="User">Whose reader.</param>
/// <param name="Device">The device.</param>
/// <param name="Position">The entry.</param>
/// <param name="Kind">How it is known.</param>
/// <param name="Reason">What is kept of why. Never a body.</param>
/// <param name="Room">How many bytes the dead letters of this log and user may take together; see <see cref="IDeadLetterStore"/>.</param>
internal readonly record struct FailRequest(
    WsmqAddress Source, string User, string Device, WsmqPosition Position, FailKind Kind, string Reason, long Room = long.MaxValue)
{
    public DeadLetterKey Key => new(Source, Position, Device);
}

internal enum FailOutcome
{
    /// <summary>Entries before it are not acknowledged, so that it holds up nothing yet; nothing changed.</summary>
    NotFirst = 0,

    /// <summary>Counted; it may be tried again.</summary>
    Counted = 1,

    /// <summary>It is set aside, now or by an earlier attempt, and the cursor is at it or behind it.</summary>
    SetAside = 2,

    /// <summary>The cursor is behind it already, or the log no longer has it; nothing changed.</summary>
    Passed = 3,

    /// <summary>The device is not registered with the queue, or the user not in the group; nothing changed.</summary>
    NoReader = 4,
}

/// <param name="Outcome">What became of it.</param>
/// <param name="Attempts">Failed attempts so far; 0 where none is counted.</param>
/// <param name="IsNew">It is set aside by this call.</param>
/// <param name="Evicted">How many older dead letters went for it.</param>
internal readonly record struct FailResult(FailOutcome Outcome, int Attempts, bool IsNew = false, int Evicted = 0);

/// <summary>Which entry was set aside, and for which device of a user.</summary>
internal readonly record struct DeadLetterKey(WsmqAddress Source, WsmqPosition Position, string Device);

/// <summary>An entry that was set aside.</summary>
/// <param name="Key">Which.</param>
/// <param name="Attempts">How many attempts had failed.</param>
/// <param name="SetAsideAt">When, in microseconds since 1970 by the store's clock.</param>
/// <param name="Reason">Why the last attempt failed, as far as it was said.</param>
/// <param name="Entry">The entry; null in lists.</param>
internal sealed record StoredDeadLetter(DeadLetterKey Key, int Attempts, long SetAsideAt, string Reason, LogEntry? Entry);

/// <summary>
/// Counts failed attempts, and keeps what was set aside because of them.
/// </summary>
/// <remarks>
/// Acks are cumulative, so that only the first entry behind a device's cursor can hold the device up: attempts at that one are
/// counted, for each device and log, until the cursor moves. At the limit, in one step, the entry is copied to the entries set
/// aside of the user and the log, and the cursor moves to it. They go by count and by bytes, the oldest first, and with the age of
/// the log's retention; leaving a group removes the user's entries of it. The one that is set aside now always stays: what others
/// have sent must neither hold up a device nor go unkept.
/// Throws <see cref="WsmqException"/> with <c>store-unavailable</c>; the call can then be repeated.
/// </remarks>
internal interface IDeadLetterStore
{
    /// <summary>What a dead letter takes beside its entry, in bytes: its place, what is known of it, and the store's own.</summary>
    const int Overhead = 1_024;

    Task<FailResult> FailAsync(FailRequest request, CancellationToken cancellationToken);

    /// <summary>What was set aside of a log for a user, without contents, in the order of positions and then of devices.</summary>
    Task<IReadOnlyList<StoredDeadLetter>> ListAsync(WsmqAddress source, string user, CancellationToken cancellationToken);

    /// <summary>One with its content; null where it is not kept.</summary>
    Task<StoredDeadLetter?> ReadAsync(DeadLetterKey key, string user, CancellationToken cancellationToken);

    /// <summary>False where it is not kept.</summary>
    Task<bool> RemoveAsync(DeadLetterKey key, string user, CancellationToken cancellationToken);
}
