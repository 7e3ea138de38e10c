namespace Wsmq.Server.Stores;

/// <summary>The ordered log of every address, its deduplication, and the cursors of its readers.</summary>
/// <remarks>
/// <para>
/// <b>Append.</b> One call is atomic for each of its items: either the entry is in the log, its id is recorded for the deduplication window
/// and its signal is sent, or nothing happened. The items of a log are applied in the order of the list, and the calls of a lane in the
/// order in which they were made. Several calls may be in flight: one that follows another is carried out only if the one before it was.
/// After a failure the caller waits for the answers of all, and repeats everything from the first failed one on. A repeated item (same
/// sender, address and id, within the deduplication window) returns the position of the first and changes nothing.
/// </para>
/// <para>
/// <b>Numbers.</b> An item with a number is recognized by it instead of its id, in all logs of a lane: see <see cref="ProducerState"/>. What
/// a call changes in a state counts for the calls after it, and within the call what it has stored. A repeat returns no position. A call
/// with items of several streams of a producer may refuse those of all but the one with the highest epoch.
/// </para>
/// <para>
/// <b>Sequences.</b> An item with a <see cref="SequenceTerms"/> is recognized by its place in the sequence: see <see cref="SequenceState"/>. It
/// is judged before anything else about it, and with what the items before it in the batch have changed. If it is appended, waits or is refused
/// for good, its sequence is saved in the same step; what may be appended later changes nothing.
/// </para>
/// <para>
/// <b>Addresses.</b> An address exists once its log had an entry, a device was registered with it, or its user was added to a group. The
/// result of the first entry of a new address states that it created the address. An item that may not create its address is refused
/// instead; the rest of its batch is not.
/// </para>
/// <para>
/// <b>Positions.</b> A new entry's position is <c>max(clock in µs, tail + 1)</c>: higher than every position that its log ever issued, also
/// after the log was emptied, trimmed or expired, and also when the clock stepped back. Each entry carries the position of the entry before
/// it.
/// </para>
/// <para>
/// <b>Removal.</b> Entries are removed oldest first: by count, by bytes, by age, or because every registered device of a <c>user:</c> log
/// acknowledged them and the grace period is over. Only those whose time to live is over are removed in between (<see cref="IExpiryStore"/>).
/// <see cref="LogState.Removed"/> is the position of the last entry removed from the beginning, so that the missing range of a reader at
/// <c>p</c> is exactly <c>(p, Removed]</c>. Tail and removed outlive the entries.
/// </para>
/// <para>
/// <b>Cursors.</b> A cursor never moves back and never past the tail. A device of a user's own queue starts at the oldest stored entry; a
/// group's reader at the tail of the log when the user joined. A device that was disconnected for longer than the device expiry no longer
/// holds messages back, but keeps its cursor while there is capacity for it, so that it is notified of what it missed.
/// </para>
/// <para>
/// <b>State.</b> An entry with a <see cref="LogTerms.StateKey"/> is kept as the state of its key until another entry of the key replaces or
/// removes it, whatever becomes of it in the log. The state is read in the order of positions, so that all of it up to a position, and the log
/// from there on, have the newest entry of each key once, and those that were replaced at a later position perhaps not at all.
/// </para>
/// <para>
/// <b>Conditions.</b> An entry with a <see cref="LogTerms.ExpectedTail"/> is refused if the log has another tail, also because of an entry before
/// it in the same batch. A repeat is recognized first.
/// </para>
/// <para>
/// <b>Failure.</b> A store that does not answer throws <see cref="WsmqException"/> with <c>store-unavailable</c>: the call may or may not
/// have been carried out. A full store throws <c>store-full</c>: nothing happened.
/// </para>
/// <para>
/// <b>Damage.</b> Corrupt or foreign data in one log affects that log alone: a call for many logs reports it in that log's results
/// (<see cref="AppendResult.IsCorrupt"/>, <see cref="AckResult.Corrupt"/>), a call for it alone throws <c>store-corrupt</c>. An entry that
/// cannot be read is returned with its <see cref="LogEntry.Defect"/>.
/// </para>
/// </remarks>
internal interface IMessageLog
{
    /// <summary>One appender for each lane of the store, at least one. Call it once the store has started.</summary>
    IReadOnlyList<IAppender> Appenders { get; }

    /// <summary>The index in <see cref="Appenders"/> for an address, the same on every node.</summary>
    int AppenderOf(WsmqAddress address);

    /// <summary>
    /// Reads the entries after a position, oldest first: at most <paramref name="maxEntries"/>, and no further one once
    /// <paramref name="maxBytes"/> of metadata and bodies are reached (but always one, if there is one). What has expired and was removed is in its
    /// place (<see cref="LogEntry.IsGone"/>), and counts as an entry without bytes.
    /// </summary>
    Task<LogPage> ReadAsync(WsmqAddress source, WsmqPosition after, int maxEntries, int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the state of an address whose entries are after one position and up to another one, oldest first, with the limits of
    /// <see cref="ReadAsync"/>. Removes nothing.
    /// </summary>
    Task<LogPage> ReadStateAsync(
        WsmqAddress source, WsmqPosition after, WsmqPosition through, int maxEntries, int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// The states of many logs in few round trips, in the order of the list; null if the stored state of the log is
    /// corrupt.
    /// </summary>
    Task<LogState?[]> StatesAsync(IReadOnlyList<WsmqAddress> sources, CancellationToken cancellationToken);

    /// <summary>
    /// Moves many cursors forward; the result has one item for each, in the same order. What all registered devices of a user's queue have
    /// acknowledged becomes removable after the grace period. A cursor that passes very many tracked entries moves in steps: if the call fails in
    /// between, it is part of the way, as after an ack of an earlier position.
    /// </summary>
    Task<AckResult[]> AckAsync(IReadOnlyList<AckRequest> batch, CancellationToken cancellationToken);

    /// <summary>
    /// Opens the cursor of a device in a log. For the user's own queue it registers the device, or records that it was seen. Throws
    /// <see cref="WsmqException"/>: <c>too-many-devices</c>, or <c>read-not-allowed</c> if the user is not in the group.
    /// </summary>
    Task<OpenCursor> OpenCursorAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the cursor of a device in a log. In the user's own queue this ends its registration: entries that only this device held back
    /// become removable after the grace period. Returns false if there was no cursor.
    /// </summary>
    Task<bool> ForgetDeviceAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken);

    /// <summary>The devices that are registered with a user's own queue, expired ones included, unordered.</summary>
    Task<IReadOnlyList<KnownDevice>> DevicesAsync(string user, CancellationToken cancellationToken);
}
