namespace Wsmq.Server.Stores;

/// <summary>
/// Records of what became of tracked entries, apart from their logs. An append with <see cref="LogTerms.Track"/> makes one, in the same step. An ack
/// that moves a cursor past the entry marks it as acknowledged for the reader, in the step that moves the cursor; but as expired if its time to live
/// is over and it was not delivered to the reader, and as lost if it was not delivered and the log does not have it any more. The step that makes a
/// dead letter marks that. What was skipped for the reader is not acknowledged by it, unless it is delivered later; of a group that holds for each
/// device of a member, and the member has acknowledged once another one of its devices has. Each reader acknowledges once, and ends otherwise at
/// most once, whichever is first: but a reader that is a whole user acknowledges also what is a dead letter of one of its devices. Records are
/// removed some time after their entries were stored, whatever has become of these.
/// </summary>
internal interface ITrackingStore
{
    /// <summary>The most records that <see cref="ListAsync"/> returns.</summary>
    const int MostListed = 100;

    /// <summary>The most readers that <see cref="ReadersAsync"/> returns.</summary>
    const int MostReaders = 500;

    /// <summary>
    /// The most records that the store changes without doing anything else: an ack that passes more moves its cursor in steps, and each marks what
    /// it passes.
    /// </summary>
    const int MostAtOnce = 128;

    /// <summary>
    /// Raised with changes that calls of this node have made to records which another node, or this one, is told of. Handlers must not block.
    /// </summary>
    event Action<IReadOnlyList<TrackedChange>>? Changed;

    /// <summary>
    /// Marks entries as delivered or skipped. Those without a record are passed over. A failure may concern a part of them: only these are to be
    /// repeated, because readers who are not listed are counted again with each call.
    /// </summary>
    /// <returns>Null if all marks are stored; otherwise those that are not, or may not be.</returns>
    Task<UnstoredMarks?> DeliveredAsync(IReadOnlyList<TrackedDelivery> batch, CancellationToken cancellationToken);

    /// <summary>A record, with its readers if the log is a user's; null if there is none.</summary>
    /// <param name="to">The log.</param>
    /// <param name="position">The entry.</param>
    /// <param name="sender">Of this sender only; null for any.</param>
    /// <param name="watcher">The node that is told of changes from now on; null to leave that.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    Task<TrackedEntry?> ReadAsync(WsmqAddress to, WsmqPosition position, string? sender, string? watcher, CancellationToken cancellationToken);

    /// <summary>The same, by the id of the message.</summary>
    /// <exception cref="WsmqException">As above.</exception>
    Task<TrackedEntry?> FindAsync(WsmqAddress to, string id, string sender, string? watcher, CancellationToken cancellationToken);

    /// <summary>
    /// The records of a sender for a log after a position, oldest first, at most <see cref="MostListed"/>, with their readers if the log is a user's.
    /// </summary>
    /// <exception cref="WsmqException">As above.</exception>
    Task<IReadOnlyList<TrackedEntry>> ListAsync(WsmqAddress to, string sender, WsmqPosition after, CancellationToken cancellationToken);

    /// <summary>
    /// Readers of an entry after a name, by name, at most <see cref="MostReaders"/>; null if there is no record, or it is not of the sender.
    /// </summary>
    /// <exception cref="WsmqException">As above.</exception>
    Task<IReadOnlyList<TrackedReader>?> ReadersAsync(
        WsmqAddress to, WsmqPosition position, string? sender, string? after, CancellationToken cancellationToken);
}
