using Wsmq.Server.Authorization;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Api;

/// <summary>
/// Decides who may read a log over HTTP, as for a connection: the user's own queue, and groups of which the user is a member.
/// </summary>
internal sealed class LogAccess(IStore store, AccessCheck access)
{
    /// <summary>Checks a reader, and returns the position up to which it must not read: the tail when it joined the group.</summary>
    /// <exception cref="WsmqException"><c>read-not-allowed</c> or <c>store-unavailable</c>.</exception>
    public async Task<WsmqPosition> FloorAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken)
    {
        var floor = source.Kind switch
        {
            WsmqAddressKind.User when string.Equals(source.Name, caller.UserId, StringComparison.Ordinal) => WsmqPosition.Start,
            WsmqAddressKind.Group => await JoinedAsync(caller.UserId, source.Name, cancellationToken),
            _ => throw new WsmqException(WsmqErrors.ReadNotAllowed),
        };
        await access.CheckReadAsync(caller, source, cancellationToken);
        return floor;
    }

    private async Task<WsmqPosition> JoinedAsync(string user, string group, CancellationToken cancellationToken)
    {
        foreach (var membership in await store.Memberships.GroupsOfAsync(user, cancellationToken))
        {
            if (string.Equals(membership.Group, group, StringComparison.Ordinal))
                return membership.Joined;
        }

        throw new WsmqException(WsmqErrors.ReadNotAllowed);
    }
}
