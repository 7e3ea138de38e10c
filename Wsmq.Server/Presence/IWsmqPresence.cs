namespace Wsmq;

/// <summary>
/// Who is online, for the app: off unless <see cref="WsmqPresenceOptions.IsEnabled"/> is set on all nodes. Connections of the hub count;
/// event streams of the HTTP API do not. A node that does not answer counts with what is known of it.
/// </summary>
/// <remarks>
/// All methods may throw <see cref="WsmqException"/> with <c>presence-not-allowed</c> if presence is not enabled, <c>invalid-name</c> or
/// <c>name-too-long</c>, and <c>stopping</c> on a node that stops.
/// </remarks>
public interface IWsmqPresence
{
    /// <summary>Returns the presence of users, in the same order. Repeated calls about the same users share what they ask of the nodes.</summary>
    /// <param name="userIds">The identifiers of the users, at most 10,000.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<IReadOnlyList<WsmqUserPresence>> GetAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns the members of a group that are online or away. Members are seen while a connection of theirs reads the group.
    /// </summary>
    /// <param name="group">The name of the group.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<WsmqPresenceState> GetGroupAsync(string group, CancellationToken cancellationToken = default);

    /// <summary>
    /// Watches an address until the enumeration ends. The first change has <see cref="WsmqPresenceChange.Members"/>, the whole; an enumeration
    /// that is slower than the changes gets a whole in their place.
    /// </summary>
    /// <param name="address">A user or a group.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<WsmqPresenceChange> WatchAsync(WsmqAddress address, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes what is stored of a user: when the user was last seen. Call it when the data of the user is erased, after the user's
    /// connections have ended.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c> as well: repeat the call.</exception>
    Task ForgetAsync(string userId, CancellationToken cancellationToken = default);
}
