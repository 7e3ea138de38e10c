namespace Wsmq;

/// <summary>
/// Which users are in which groups. Kept in the store, restored on every connect, and effective on live connections of every
/// node within moments. A new member reads what is sent from now on; one who leaves and returns hears nothing of the time between.
/// </summary>
public interface IWsmqGroups
{
    /// <summary>Makes a user a member; nothing changes where it is one.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c>, <c>name-too-long</c>, <c>too-many-groups</c>, or <c>store-unavailable</c> (repeat the call).
    /// </exception>
    Task AddAsync(string group, string userId, CancellationToken cancellationToken = default);

    /// <summary>Ends a membership and deletes the cursors of the user's devices in the group; nothing changes where there is none.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, or <c>store-unavailable</c> (repeat the call).</exception>
    Task RemoveAsync(string group, string userId, CancellationToken cancellationToken = default);

    /// <summary>Whether a user is a member.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, or <c>store-unavailable</c>.</exception>
    Task<bool> IsMemberAsync(string group, string userId, CancellationToken cancellationToken = default);

    /// <summary>The users of a group, in no order.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, or <c>store-unavailable</c>.</exception>
    Task<IReadOnlyList<string>> MembersAsync(string group, CancellationToken cancellationToken = default);

    /// <summary>The groups of a user, in no order.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c>, <c>name-too-long</c>, or <c>store-unavailable</c>.</exception>
    Task<IReadOnlyList<string>> GroupsOfAsync(string userId, CancellationToken cancellationToken = default);
}
