using Microsoft.AspNetCore.SignalR;
using Wsmq;

namespace Chat;

/// <summary>A line of the app in a room: the user has joined it.</summary>
[WsmqMessageType("joined")]
internal sealed record Joined(string User);

/// <summary>A line of the app in a room: the user has left it.</summary>
[WsmqMessageType("left")]
internal sealed record Left(string User);

/// <summary>A live push, which is not stored: a page loads its list of rooms again. It does so at each connect as well.</summary>
[WsmqMessageType("rooms-changed")]
internal sealed record RoomsChanged;

/// <summary>Rooms that users make, join and leave. Memberships are stored by wsmq, and hold for all devices and tabs of a user at once.</summary>
internal sealed class Memberships(Rooms rooms, IWsmqGroups groups, IWsmqPublisher wsmq, IHubContext<WsmqHub, IWsmqReceiver> live)
{
    private static readonly WsmqLiveMessage Changed = WsmqLiveMessage.From(new RoomsChanged());

    public async Task<IEnumerable<RoomView>> RoomsOfAsync(string user, CancellationToken cancellationToken)
    {
        var own = (await groups.ListGroupsAsync(user, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        return rooms.All.Select(r => new RoomView(r.Id, r.Name, own.Contains(r.Id), RoomAuthorizer.MayWrite(r, user)));
    }

    /// <summary>Returns the members of a room to a member of it; null to others.</summary>
    public async Task<IReadOnlyList<string>?> MembersAsync(string room, string user, CancellationToken cancellationToken)
    {
        var members = await groups.ListMembersAsync(room, cancellationToken);
        return members.Contains(user) ? [.. members.Order(StringComparer.Ordinal)] : null;
    }

    public async Task<Room> MakeAsync(NewRoom wanted, string user, CancellationToken cancellationToken)
    {
        var room = rooms.Add(wanted, user);
        await JoinAsync(room, user, cancellationToken);
        await live.Clients.All.Live(Changed);
        return room;
    }

    public async Task JoinAsync(Room room, string user, CancellationToken cancellationToken)
    {
        if (await groups.IsInGroupAsync(user, room.Id, cancellationToken))
            return;
        await groups.AddToGroupAsync(user, room.Id, cancellationToken);
        await wsmq.SendAsync(WsmqAddress.Group(room.Id), new Joined(user), cancellationToken);
        await live.Clients.User(user).Live(Changed);
    }

    public async Task LeaveAsync(Room room, string user, CancellationToken cancellationToken)
    {
        if (!await groups.IsInGroupAsync(user, room.Id, cancellationToken))
            return;
        await groups.RemoveFromGroupAsync(user, room.Id, cancellationToken);
        await wsmq.SendAsync(WsmqAddress.Group(room.Id), new Left(user), cancellationToken);
        await live.Clients.User(user).Live(Changed);
    }
}
