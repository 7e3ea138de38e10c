namespace Wsmq.Server.Logs;

/// <summary>An entry to append. Metadata and body are opaque to the store.</summary>
/// <param name="To">The log.</param>
/// <param name="Sender">Whose ids are meant in <paramref name="Id"/>: a user, or the app. Opaque to the store.</param>
/// <param name="Id">The sender's id of the message.</param>
/// <param name="Metadata">Everything about the message but its body.</param>
/// <param name="Body">The body.</param>
/// <param name="MayCreate">Whether the address may come into being with it; otherwise it is refused where the address does not exist.</param>
internal readonly record struct AppendRequest(
    WsmqAddress To, string Sender, string Id, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body, bool MayCreate = true)
{
    public int Bytes => Metadata.Length + Body.Length;
}

/// <param name="Position">Where the entry is; the start where it is refused.</param>
/// <param name="Duplicate">It was stored before.</param>
internal readonly record struct AppendResult(WsmqPosition Position, bool Duplicate)
{
    /// <summary>Not stored: the address does not exist, and may not come into being.</summary>
    public static AppendResult NoAddress => new() { Refused = true };

    /// <summary>The address did not exist before.</summary>
    public bool Created { get; init; }

    public bool Refused { get; private init; }

    /// <summary>Nothing was stored: another hand has spoilt what the store keeps of the log.</summary>
    public static AppendResult Damaged { get; } = new() { IsDamaged = true };

    public bool IsDamaged { get; private init; }
}

/// <summary>An entry of a log.</summary>
/// <param name="Position">Its place.</param>
/// <param name="Previous">The place of the entry appended before it, kept or not; <see cref="Wsmq.WsmqPosition.Start"/> for the first ever.</param>
/// <param name="Metadata">As appended.</param>
/// <param name="Body">As appended.</param>
internal sealed record LogEntry(WsmqPosition Position, WsmqPosition Previous, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body)
{
    public int Bytes => Metadata.Length + Body.Length;

    /// <summary>Why the store itself cannot read it, where another hand wrote it.</summary>
    public string? Defect { get; private init; }

    /// <summary>An entry that another hand wrote. What it says of the one before it is not believed.</summary>
    public static LogEntry Defective(WsmqPosition position, string defect) => new(position, WsmqPosition.Start, default, default) { Defect = defect };
}

/// <summary>Where a log begins and ends.</summary>
/// <param name="Tail">The last position given out.</param>
/// <param name="Removed">The last position removed; equal to the tail where nothing is kept.</param>
/// <param name="Consumed">Up to here every registered device had acknowledged (a user's queue only).</param>
/// <param name="MembershipVersion">Of a user's address: changes whenever the user joins or leaves a group.</param>
internal readonly record struct LogState(WsmqPosition Tail, WsmqPosition Removed, WsmqPosition Consumed, long MembershipVersion);

/// <summary>Entries and the state of their log, read at one moment.</summary>
internal sealed record LogPage(IReadOnlyList<LogEntry> Entries, LogState State);

internal readonly record struct AckRequest(WsmqAddress Source, string User, string Device, WsmqPosition Position);

/// <summary>Where a reader begins.</summary>
/// <param name="Position">Its cursor.</param>
/// <param name="Failing">The entry behind it at which attempts failed, if any did; see <see cref="IDeadLetterStore"/>.</param>
/// <param name="SilentAttempts">How many of these were silent.</param>
internal readonly record struct OpenCursor(WsmqPosition Position, WsmqPosition Failing = default, int SilentAttempts = 0);

/// <summary>A device that is registered with its user's queue.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seen">When it was last seen, in µs since 1970.</param>
internal readonly record struct KnownDevice(string Name, long Seen);

internal enum AckResult
{
    /// <summary>The cursor is there, or was further already.</summary>
    Done = 0,

    /// <summary>The position is beyond the tail; nothing changed.</summary>
    BeyondTail = 1,

    /// <summary>The device is not registered with the queue, or the user not in the group; nothing changed.</summary>
    NoReader = 2,

    /// <summary>Another hand has spoilt what the store keeps of the log; nothing changed.</summary>
    Damaged = 3,
}
