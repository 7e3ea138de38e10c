namespace Wsmq;

/// <summary>
/// The messages that were set aside because attempts to handle them kept failing (<see cref="WsmqOptions.MaxAttempts"/>,
/// <see cref="WsmqOptions.MaxSilentAttempts"/>), for the app to look at, send again or drop. They are kept for as long as the log
/// keeps its entries, and at most <see cref="WsmqOptions.MaxDeadLetters"/> of each address and user, or as many as a part of the
/// user's share of the store holds (<see cref="WsmqLimitOptions.UserStorePercent"/>); those of a group go when the user leaves it.
/// </summary>
public interface IWsmqDeadLetters
{
    /// <summary>Those of a user, in the order of their addresses, positions and devices.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="after">The <see cref="WsmqDeadLetter.Id"/> of the last one of the page before; null for the first page.</param>
    /// <param name="max">How many at most; 1 to 1,000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>At most so many, without their messages; none where there are no more.</returns>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, <c>invalid-message</c> for an id that is none, or <c>store-unavailable</c>.</exception>
    Task<IReadOnlyList<WsmqDeadLetter>> ListAsync(string userId, string? after = null, int max = 100, CancellationToken cancellationToken = default);

    /// <summary>One with its message.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null where it is not kept, or not by this user.</returns>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, <c>invalid-message</c> for an id that is none, or <c>store-unavailable</c>.</exception>
    Task<WsmqDeadLetter?> ReadAsync(string userId, string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores its message once more, at the end of the user's own queue, and removes it from here. All devices of the user get it;
    /// the headers <see cref="WsmqReplayHeaders.Source"/> and <see cref="WsmqReplayHeaders.Position"/> say where it comes from. It keeps its
    /// sender, and has a new id. Repeating a call that failed is harmless within the deduplication window.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up waiting; the message may still be stored.</param>
    /// <returns>The receipt; null where it is not kept, or not by this user.</returns>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, <c>invalid-message</c> for an id that is none, or that the store did not take it.</exception>
    Task<WsmqReceipt?> ReplayAsync(string userId, string id, CancellationToken cancellationToken = default);

    /// <summary>Drops one.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False where it is not kept, or not by this user.</returns>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, <c>invalid-message</c> for an id that is none, or <c>store-unavailable</c>.</exception>
    Task<bool> RemoveAsync(string userId, string id, CancellationToken cancellationToken = default);
}

/// <summary>Headers of a message that was set aside and sent again.</summary>
public static class WsmqReplayHeaders
{
    /// <summary>The address whose log it stood in.</summary>
    public const string Source = "wsmq-replay-source";

    /// <summary>Its place there.</summary>
    public const string Position = "wsmq-replay-position";
}
