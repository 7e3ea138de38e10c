namespace Wsmq.Server.Logs;

/// <summary>
/// The ordered log of every address, its deduplication, and the cursors that read it.
/// </summary>
/// <remarks>
/// <para><b>Append.</b> One call is atomic for each of its items: either the entry is in the log, its id is remembered for the
/// deduplication window and its signal is sent, or nothing happened. The items of a log are applied in the order of the list, and
/// a lane's calls in the order in which they were made. Several may be under way: one that says that it follows is carried out
/// only if the one before it was. After a failure the caller waits for the answers of all and repeats everything from the first
/// failed one on. A repeated item (same sender, address and id, within the window) returns the position of the first and changes
/// nothing.</para>
/// <para><b>Addresses.</b> An address exists once its log had an entry, a device was registered with it, or its user was put into a
/// group. The first entry of one that does not exist says that it was created. An item that may not create its address is refused
/// instead, and the rest of its batch is not.</para>
/// <para><b>Positions.</b> A new entry's position is <c>max(clock in µs, tail + 1)</c>: higher than every position that its log
/// ever gave out, also after the log was emptied, trimmed or expired, and also when the clock stepped back. Each entry carries
/// the position of the entry before it.</para>
/// <para><b>Removal.</b> Entries go from the old end only: by count, by bytes, by age, or because every registered device of a
/// <c>user:</c> log acknowledged them and the grace is over. <see cref="LogState.Removed"/> is the position of the last entry
/// removed, so that the missing range of a reader at <c>p</c> is exactly <c>(p, Removed]</c>. Tail and removed outlive the
/// entries.</para>
/// <para><b>Cursors.</b> A cursor never moves back and never beyond the tail. A device of a user's own queue starts at the
/// oldest entry kept; a group's reader where the log ended when the user joined. A device away for longer than its expiry no
/// longer holds messages back, but keeps its cursor while there is room for it, so that it hears of what it missed.</para>
/// <para><b>Failure.</b> A store that does not answer throws <see cref="WsmqException"/> with <c>store-unavailable</c>: what was
/// asked may or may not have happened. One without room throws <c>store-full</c>: nothing happened.</para>
/// <para><b>Damage.</b> Whatever another program has written where a log is kept concerns that log alone: a call for many logs
/// says so in that log's results (<see cref="AppendResult.IsDamaged"/>, <see cref="AckResult.Damaged"/>), one for it alone throws
/// <c>store-corrupt</c>. An entry that cannot be read is returned with its <see cref="LogEntry.Defect"/>.</para>
/// </remarks>
internal interface IMessageLog
{
    /// <summary>Into how many lanes appends are divided: items of one call must be of one lane. At least 1.</summary>
    int Lanes { get; }

    /// <summary>The lane of an address: 0 up to <see cref="Lanes"/> - 1, the same on every node.</summary>
    int LaneOf(WsmqAddress address);

    /// <summary>Appends many entries; the result has one item for each, in the same order. Calls of a lane are made one after another.</summary>
    /// <param name="lane">The lane of all items.</param>
    /// <param name="batch">At most 2,048 items.</param>
    /// <param name="follows">True behind an append of this lane that has not been answered yet: fails where that fails.</param>
    /// <param name="cancellationToken">Gives up waiting; what was asked may still happen.</param>
    Task<AppendResult[]> AppendAsync(int lane, IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken);

    /// <summary>
    /// Completes once everything of the lane that was answered until now is stored as safely as a receipt needs; where an answer
    /// is enough, at once. Throws <see cref="WsmqException"/> with <c>not-replicated</c>: it is stored, but could still be lost.
    /// A repeat of it waits as well.
    /// </summary>
    Task ConfirmedAsync(int lane) => Task.CompletedTask;

    /// <summary>
    /// Reads the entries behind a position, oldest first: at most <paramref name="maxEntries"/>, and no further one once
    /// <paramref name="maxBytes"/> of metadata and bodies are reached (but always one, where there is one).
    /// </summary>
    Task<LogPage> ReadAsync(WsmqAddress source, WsmqPosition after, int maxEntries, int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// The states of many logs in one round trip (one for each lane), in the order of the list; null where another hand has spoilt
    /// what the store keeps of the log.
    /// </summary>
    Task<LogState?[]> StatesAsync(IReadOnlyList<WsmqAddress> sources, CancellationToken cancellationToken);

    /// <summary>
    /// Moves many cursors forward; the result has one item for each, in the same order. What lies behind the slowest registered
    /// device of a user's queue becomes removable after the grace.
    /// </summary>
    Task<AckResult[]> AckAsync(IReadOnlyList<AckRequest> batch, CancellationToken cancellationToken);

    /// <summary>
    /// The cursor of a device in a log. For the user's own queue it registers the device, or notes that it was seen. Throws
    /// <see cref="WsmqException"/>: <c>too-many-devices</c>, or <c>read-not-allowed</c> where the user is not in the group.
    /// </summary>
    Task<OpenCursor> OpenCursorAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the cursor of a device in a log. In the user's own queue this ends its registration: what only this device held back
    /// becomes removable after the grace. False where there was none.
    /// </summary>
    Task<bool> ForgetDeviceAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken);

    /// <summary>The devices that are registered with a user's own queue, expired ones included, in no order.</summary>
    Task<IReadOnlyList<KnownDevice>> DevicesAsync(string user, CancellationToken cancellationToken);
}
