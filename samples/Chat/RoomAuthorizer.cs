using Wsmq;

namespace Chat;

/// <summary>Who may write, read and see whom. It is asked on the server for each message, whatever a page shows or hides.</summary>
internal sealed class RoomAuthorizer(Rooms rooms, IWsmqGroups groups) : IWsmqAuthorizer
{
    /// <summary>Members write to their rooms; in a room for announcements its owner alone.</summary>
    public async ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        to.Kind is WsmqAddressKind.Group && rooms.Find(to.Name) is { } room && MayWrite(room, caller.UserId)
        && await groups.IsInGroupAsync(caller.UserId, room.Id, cancellationToken);

    /// <summary>Called for the own queue, and for groups that the user is a member of.</summary>
    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        new(source.Kind is WsmqAddressKind.Group ? rooms.Find(source.Name) is not null : source.Name == caller.UserId);

    /// <summary>A new member reads what was said before as well. The default begins where the member has joined.</summary>
    public async ValueTask<WsmqHistoryAccess> HistoryAccessAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        source.Kind is WsmqAddressKind.Group && await groups.IsInGroupAsync(caller.UserId, source.Name, cancellationToken)
            ? WsmqHistoryAccess.All
            : WsmqHistoryAccess.None;

    /// <summary>Everybody sees who is there, and by the default rule members see the members of their rooms.</summary>
    public ValueTask<bool?> CanSeePresenceAsync(WsmqCaller caller, WsmqAddress address, CancellationToken cancellationToken) =>
        new(address.Kind is WsmqAddressKind.User ? true : null);

    public static bool MayWrite(Room room, string user) => !room.IsAnnouncement || room.Owner == user;
}
