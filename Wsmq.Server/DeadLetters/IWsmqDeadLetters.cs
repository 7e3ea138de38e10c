namespace Wsmq;

/// <summary>
/// Dead letters: messages whose handling failed too often (<see cref="WsmqDeadLetterOptions.MaxAttempts"/>,
/// <see cref="WsmqDeadLetterOptions.MaxSilentAttempts"/>). The app can inspect, replay or remove them. A dead letter is stored for as long
/// as its log retains entries. At most <see cref="WsmqDeadLetterOptions.MaxCount"/> are stored for each address and user, and at most as
/// many as fit into a part of the user's share of the store (<see cref="WsmqLimitOptions.UserStorePercent"/>). Dead letters of a group are
/// removed when the user leaves it. All methods may throw <see cref="WsmqException"/> with <c>stopping</c> on a node that stops.
/// </summary>
public interface IWsmqDeadLetters
{
    /// <summary>Lists a user's dead letters, in the order of their addresses, positions and devices.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="after">The <see cref="WsmqDeadLetter.Id"/> of the last one of the previous page; null for the first page.</param>
    /// <param name="max">The page size; 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>At most <paramref name="max"/> dead letters, without their messages; empty after the last page.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is not 1 to 1,000.</exception>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c>, <c>name-too-long</c>, <c>invalid-message</c> for a malformed id, or <c>store-unavailable</c>.
    /// </exception>
    Task<IReadOnlyList<WsmqDeadLetter>> ListAsync(string userId, string? after = null, int max = 100, CancellationToken cancellationToken = default);

    /// <summary>Reads one dead letter with its message.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="id">The id of the dead letter.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>Null if this user has no such dead letter.</returns>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c>, <c>name-too-long</c>, <c>invalid-message</c> for a malformed id, <c>store-corrupt</c> for a damaged entry, or
    /// <c>store-unavailable</c>.
    /// </exception>
    Task<WsmqDeadLetter?> ReadAsync(string userId, string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Appends the message of a dead letter to the user's own queue, and removes the dead letter. All devices of the user receive the
    /// message. The headers <see cref="WsmqReplayHeaders.Source"/> and <see cref="WsmqReplayHeaders.Position"/> state its origin. It keeps
    /// its sender, and has a new id. A call that failed can safely be repeated within the deduplication window.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="id">The id of the dead letter.</param>
    /// <param name="cancellationToken">Cancels the wait for the receipt; the message may still be stored.</param>
    /// <returns>The receipt; null if this user has no such dead letter.</returns>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c>, <c>name-too-long</c>, <c>invalid-message</c> for a malformed id, <c>store-corrupt</c> for a damaged entry, or
    /// the error with which the message was not stored.
    /// </exception>
    Task<WsmqReceipt?> ReplayAsync(string userId, string id, CancellationToken cancellationToken = default);

    /// <summary>Removes a dead letter.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="id">The id of the dead letter.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>False if this user has no such dead letter.</returns>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c>, <c>name-too-long</c>, <c>invalid-message</c> for a malformed id, or <c>store-unavailable</c>.
    /// </exception>
    Task<bool> RemoveAsync(string userId, string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Searches the dead letters of all users. Those of one user and address come in the order of dead-lettering; on SQLite, all do. A dead
    /// letter that is stored from the first page to the last one is found once.
    /// </summary>
    /// <param name="query">Which dead letters are meant.</param>
    /// <param name="next">The <see cref="WsmqPage{T}.Next"/> of the page before; null for the first page.</param>
    /// <param name="max">The page size; 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is not 1 to 1,000.</exception>
    /// <exception cref="WsmqException">
    /// <c>invalid-message</c>: no page has returned <paramref name="next"/>; or <c>store-unavailable</c>.
    /// </exception>
    Task<WsmqPage<WsmqFoundDeadLetter>> SearchAsync(
        WsmqDeadLetterQuery query, string? next = null, int max = 50, CancellationToken cancellationToken = default);

    /// <summary>Counts dead letters of all users, as of a moment. A query for a type reads the metadata of each message.</summary>
    /// <param name="query">Which dead letters are meant.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    Task<WsmqDeadLetterCount> CountAsync(WsmqDeadLetterQuery query, CancellationToken cancellationToken = default);
}
