namespace Wsmq.Server.Logs;

/// <summary>A user's membership: the group, and where its log ended when the user joined.</summary>
internal readonly record struct Membership(string Group, WsmqPosition Joined);

/// <summary>
/// Which users are in which groups. The group's own list is the truth; the user's list of groups is an index that may name
/// groups the user has left, so readers check it against the truth. Adding twice changes nothing, also not the place where
/// the user joined; removing deletes the user's cursors in the group. Every change is signalled to the user's address.
/// Throws <see cref="WsmqException"/> with <c>store-unavailable</c>; the call can then be repeated. Adding to more groups than a user
/// may be in throws <c>too-many-groups</c>, and changes nothing.
/// </summary>
internal interface IMembershipStore
{
    Task AddAsync(string group, string user, CancellationToken cancellationToken);

    Task RemoveAsync(string group, string user, CancellationToken cancellationToken);

    Task<bool> IsMemberAsync(string group, string user, CancellationToken cancellationToken);

    /// <summary>The groups of a user, in no order.</summary>
    Task<IReadOnlyList<Membership>> GroupsOfAsync(string user, CancellationToken cancellationToken);

    /// <summary>The users of a group, in no order.</summary>
    Task<IReadOnlyList<string>> MembersOfAsync(string group, CancellationToken cancellationToken);
}
