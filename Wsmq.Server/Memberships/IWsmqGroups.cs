namespace Wsmq;

/// <summary>
/// Group memberships of users. They are stored, restored on every connect, and take effect on open connections of all nodes within
/// moments. A new member receives messages from the time of joining on, or from an earlier position. A user that leaves a group and joins it again does not receive
/// the messages sent in between.
/// </summary>
public interface IWsmqGroups
{
    /// <summary>Adds a user to a group; has no effect if the user is already a member.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c>, <c>name-too-long</c>, <c>too-many-groups</c>, or <c>store-unavailable</c> (repeat the call).
    /// </exception>
    Task AddToGroupAsync(string userId, string group, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds a user to a group, reading from an earlier position on; has no effect if the user is already a member. What is older than the log is
    /// announced as a gap.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="from">
    /// The position after which the user reads: one of the group's log, for example of a message or of <see cref="IWsmqLogs"/>;
    /// <see cref="WsmqPosition.Start"/> for everything that the log has. The default history of the user begins there as well.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c>, <c>name-too-long</c>, <c>too-many-groups</c>, <c>position-beyond-tail</c>, or <c>store-unavailable</c> (repeat the
    /// call).
    /// </exception>
    Task AddToGroupAsync(string userId, string group, WsmqPosition from, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes a user from a group, and deletes the cursors of the user's devices there; has no effect if the user is not a member.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c>, <c>name-too-long</c>, or <c>store-unavailable</c> (repeat the call).
    /// </exception>
    Task RemoveFromGroupAsync(string userId, string group, CancellationToken cancellationToken = default);

    /// <summary>Returns whether a user is a member of a group.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, or <c>store-unavailable</c>.</exception>
    Task<bool> IsInGroupAsync(string userId, string group, CancellationToken cancellationToken = default);

    /// <summary>Returns the users of a group, in no particular order.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, or <c>store-unavailable</c>.</exception>
    Task<IReadOnlyList<string>> ListMembersAsync(string group, CancellationToken cancellationToken = default);

    /// <summary>Returns the groups of a user, in no particular order.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, or <c>store-unavailable</c>.</exception>
    Task<IReadOnlyList<string>> ListGroupsAsync(string userId, CancellationToken cancellationToken = default);
}
