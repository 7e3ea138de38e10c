namespace Wsmq.Server.Stores;

/// <summary>
/// Removes entries whose time to live is over (<see cref="LogTerms.Life"/>) from their logs, wherever they are in them. A read returns one entry
/// for neighbours that were removed so (<see cref="LogEntry.IsGone"/>), and <see cref="LogState.Removed"/> does not pass them, until retention
/// or acks remove what is there. It is not exact: an entry that ends later than retention removes it, and some of a log that has as many as it may
/// have, leave with retention.
/// </summary>
internal interface IExpiryStore
{
    /// <summary>The most entries that are removed at a time, and the bytes after which there is no further one.</summary>
    public const int MostRemoved = 256;

    public const int MostBytes = 1024 * 1024;

    /// <summary>
    /// Removes some entries of a lane that ended longer ago than acknowledged entries stay (<c>Delivery.AckGrace</c>): until then a handler that
    /// has the message can still reject it. Each entry is returned once, by the call that removes it. <see cref="DueMessages.HasExpired"/> tells
    /// when to call it.
    /// </summary>
    /// <param name="lane">An index in <see cref="IMessageLog.Appenders"/>.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    Task<ExpiredPart> RemoveAsync(int lane, CancellationToken cancellationToken);
}

/// <summary>An entry that was removed because it had expired.</summary>
/// <param name="Source">Its log.</param>
/// <param name="Position">Its position.</param>
/// <param name="Metadata">Everything about the message but its body; empty if that is corrupt.</param>
/// <param name="Bytes">The bytes of metadata and body.</param>
internal readonly record struct ExpiredEntry(WsmqAddress Source, WsmqPosition Position, ReadOnlyMemory<byte> Metadata, int Bytes);

/// <param name="Removed">The entries that were removed.</param>
/// <param name="HasMore">Whether there are more.</param>
internal sealed record ExpiredPart(IReadOnlyList<ExpiredEntry> Removed, bool HasMore);
