namespace Wsmq.Server.Stores;

/// <summary>A user's membership: the group, and the tail of its log when the user joined, or the position from which on the user was to read.</summary>
internal readonly record struct Membership(string Group, WsmqPosition Joined);

/// <summary>
/// Stores which users are in which groups. The group's own list is authoritative; the user's list of groups is an index that may name
/// groups the user has left, so readers check it against the group's list. Adding twice changes nothing, not even the position at which the
/// user joined; removing deletes the user's cursors in the group. Every change is signalled to the user's address. Throws
/// <see cref="WsmqException"/> with <c>store-unavailable</c>; the call can then be repeated. Adding to more groups than a user may be in
/// throws <c>too-many-groups</c>, and changes nothing.
/// </summary>
internal interface IMembershipStore
{
    Task AddAsync(string group, string user, CancellationToken cancellationToken) => AddAsync(group, user, null, cancellationToken);

    /// <summary>
    /// The same; the user reads from a position on, which counts as the tail at which the user joined. Null for the tail. One past the tail is
    /// refused with <c>position-beyond-tail</c>, and changes nothing.
    /// </summary>
    Task AddAsync(string group, string user, WsmqPosition? from, CancellationToken cancellationToken);

    Task RemoveAsync(string group, string user, CancellationToken cancellationToken);

    Task<bool> IsMemberAsync(string group, string user, CancellationToken cancellationToken);

    /// <summary>The groups of a user, unordered.</summary>
    Task<IReadOnlyList<Membership>> GroupsOfAsync(string user, CancellationToken cancellationToken);

    /// <summary>The users of a group, unordered.</summary>
    Task<IReadOnlyList<string>> MembersOfAsync(string group, CancellationToken cancellationToken);
}
