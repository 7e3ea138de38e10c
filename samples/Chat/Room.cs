namespace Chat;

/// <summary>
/// A room. Its messages are in the group of the same identifier; the name is only shown. The identifier cannot be guessed, because presence
/// shows it: who types says where, and everybody may see who is there.
/// </summary>
/// <param name="Id">The name of the group.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Owner">Who has made it.</param>
/// <param name="IsAnnouncement">Whether only the owner may write.</param>
internal sealed record Room(string Id, string Name, string Owner, bool IsAnnouncement);

/// <summary>What a user sees of a room.</summary>
internal sealed record RoomView(string Id, string Name, bool IsMember, bool MayWrite);

/// <summary>What a user says of a new room.</summary>
internal sealed record NewRoom(string Name, bool IsAnnouncement);
