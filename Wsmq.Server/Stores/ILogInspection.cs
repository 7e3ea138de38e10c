namespace Wsmq.Server.Stores;

/// <summary>What operators see of the logs of a deployment. It changes nothing, not even what is due to be removed.</summary>
/// <remarks>
/// <para>
/// <b>Bounds.</b> Each call reads a bounded number of keys or rows, and about a MiB of entries at most: it neither blocks Redis for long nor
/// runs on the writer's thread of SQLite. A step may therefore return little or nothing although there is more. The caller repeats it with
/// the returned <see cref="StorePage{T}.Next"/>.
/// </para>
/// <para>
/// <b>What a scan of addresses guarantees.</b> An address that exists from the first step to the last one is returned at least once, on
/// Redis perhaps more than once. One that is created meanwhile may be returned. On Redis that holds even if a server restarts or fails over
/// between two steps, because the next step then begins again on that server; it does not while a Cluster moves buckets.
/// </para>
/// <para>
/// <b>Failure.</b> As for <see cref="IMessageLog"/>. A <c>next</c> that no call has returned is refused with <c>invalid-message</c>.
/// </para>
/// </remarks>
internal interface ILogInspection
{
    /// <summary>One step of a scan of all addresses; on SQLite in the order of their texts, on Redis in none.</summary>
    /// <param name="filter">Which addresses are meant.</param>
    /// <param name="next">What the step before has returned; null for the first one.</param>
    /// <param name="max">After how many addresses the step ends. It may return some more.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<StorePage<AddressFigures>> AddressesAsync(AddressFilter filter, string? next, int max, CancellationToken cancellationToken);

    /// <summary>The figures of one address; null if it does not exist.</summary>
    Task<AddressFigures?> FindAsync(WsmqAddress address, CancellationToken cancellationToken);

    /// <summary>
    /// One step through the readers of a log: the devices of a user, or the devices of the members of a group that have acknowledged in it.
    /// A member without such a device is returned once, without a device.
    /// </summary>
    Task<StorePage<LogReaderState>> ReadersAsync(WsmqAddress source, string? next, int max, CancellationToken cancellationToken);

    /// <summary>The positions of the newest entries, newest first, as many as one step may read.</summary>
    Task<NewestEntries> NewestAsync(WsmqAddress source, CancellationToken cancellationToken);

    /// <summary>
    /// The beginnings of entries, in the order of <paramref name="range"/>; at least one if there is one. <see cref="HeadPage.More"/> is
    /// whether the range may have more.
    /// </summary>
    Task<HeadPage> HeadsAsync(WsmqAddress source, HeadRange range, CancellationToken cancellationToken);
}

/// <summary>A part of what is searched.</summary>
/// <param name="Items">What was found.</param>
/// <param name="Next">What to pass to the next call; null once everything was searched. Opaque.</param>
/// <param name="Scanned">How much this call has looked at.</param>
internal sealed record StorePage<T>(IReadOnlyList<T> Items, string? Next, long Scanned);

/// <param name="Kind">Addresses of one kind; null for all.</param>
/// <param name="Name">Which names are meant; null for all.</param>
internal readonly record struct AddressFilter(WsmqAddressKind? Kind, TextPattern? Name);

/// <summary>The figures of an address. Of a work queue, the entries are its jobs.</summary>
/// <param name="Address">The address.</param>
/// <param name="Entries">How many entries it has.</param>
/// <param name="Bytes">On SQLite their metadata and bodies, on Redis the memory that the log takes, by its own estimate.</param>
/// <param name="Tail">The last position issued.</param>
/// <param name="Removed">The last position removed. Only in the result of <see cref="ILogInspection.FindAsync"/>.</param>
internal readonly record struct AddressFigures(WsmqAddress Address, long Entries, long Bytes, WsmqPosition Tail, WsmqPosition Removed);

/// <summary>A reader of a log.</summary>
/// <param name="User">Its user.</param>
/// <param name="Device">Its device; null for a member of a group without a cursor.</param>
/// <param name="Position">Its cursor; of a member without one, the tail at joining.</param>
/// <param name="Seen">When the device was last seen, in µs since 1970; 0 if the store does not know.</param>
internal readonly record struct LogReaderState(string User, string? Device, WsmqPosition Position, long Seen)
{
    /// <summary>The entry after the cursor at which attempts have failed; the start if none did.</summary>
    public WsmqPosition Failing { get; init; }

    /// <summary>How many attempts have failed there.</summary>
    public int Attempts { get; init; }
}

/// <param name="Positions">Newest first.</param>
/// <param name="AreAll">Whether the log has no others.</param>
internal sealed record NewestEntries(IReadOnlyList<WsmqPosition> Positions, bool AreAll);

/// <summary>Which entries of a log to read, and how much of each.</summary>
/// <param name="After">Only entries after this position.</param>
/// <param name="Before">Only entries before this position.</param>
/// <param name="Newest">Whether to begin with the newest one.</param>
/// <param name="Max">At most so many.</param>
/// <param name="BodyBytes">At most so many bytes of each body.</param>
internal readonly record struct HeadRange(WsmqPosition After, WsmqPosition Before, bool Newest, int Max, int BodyBytes)
{
    /// <summary>After how many bytes of entries a step ends, if it is less than what each step may read.</summary>
    public int MostBytes { get; init; } = int.MaxValue;
}

/// <param name="Entries">The entries.</param>
/// <param name="State">The state of the log.</param>
/// <param name="More">Whether there may be more.</param>
internal sealed record HeadPage(IReadOnlyList<EntryHead> Entries, LogState State, bool More);

/// <summary>The beginning of an entry.</summary>
/// <param name="Position">Its position.</param>
/// <param name="Metadata">Everything about the message but its body.</param>
/// <param name="BodyStart">The first bytes of the body.</param>
/// <param name="BodyBytes">The size of the body.</param>
internal sealed record EntryHead(WsmqPosition Position, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> BodyStart, long BodyBytes)
{
    public const string InvalidPrevious = "its previous position is invalid";

    /// <summary>
    /// The position of the entry appended before it, still stored or not. Only in the result of <see cref="ILogInspection.HeadsAsync"/>.
    /// </summary>
    public WsmqPosition Previous { get; init; }

    /// <summary>Why the store cannot read it; null if it can.</summary>
    public string? Defect { get; init; }
}
