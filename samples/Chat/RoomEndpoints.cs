using System.Security.Claims;

namespace Chat;

/// <summary>What pages call besides the hub: the rooms and their members.</summary>
internal static class RoomEndpoints
{
    private const int LongestName = 40;

    public static void MapRooms(this IEndpointRouteBuilder app)
    {
        var rooms = app.MapGroup("/rooms").RequireAuthorization();
        rooms.MapGet("", (Memberships memberships, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            memberships.RoomsOfAsync(user.Id(), cancellationToken));
        rooms.MapPost("", async (NewRoom wanted, Memberships memberships, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            string.IsNullOrWhiteSpace(wanted.Name) || wanted.Name.Length > LongestName
                ? Results.BadRequest($"A name has 1 to {LongestName} characters.")
                : Results.Ok(await memberships.MakeAsync(wanted, user.Id(), cancellationToken)));
        rooms.MapGet("{room}/members", async (string room, Memberships memberships, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            await memberships.MembersAsync(room, user.Id(), cancellationToken) is { } members ? Results.Ok(members) : Results.NotFound());
        rooms.MapPut("{room}/membership", (string room, Rooms all, Memberships memberships, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            ChangeAsync(all.Find(room), known => memberships.JoinAsync(known, user.Id(), cancellationToken)));
        rooms.MapDelete("{room}/membership", (string room, Rooms all, Memberships memberships, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            ChangeAsync(all.Find(room), known => memberships.LeaveAsync(known, user.Id(), cancellationToken)));
    }

    private static async Task<IResult> ChangeAsync(Room? room, Func<Room, Task> change)
    {
        if (room is null)
            return Results.NotFound();
        await change(room);
        return Results.NoContent();
    }
}
