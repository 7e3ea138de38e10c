namespace Wsmq;

/// <summary>A device of a user, as the store knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seen">When it was last known to be there; up to an hour old for one that is connected.</param>
public sealed record WsmqDevice(string Name, DateTimeOffset Seen);
