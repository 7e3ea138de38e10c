namespace Wsmq;

/// <summary>A stored device of a user.</summary>
/// <param name="Name">The device's name.</param>
/// <param name="LastSeenAt">When the device was last seen connected; up to an hour old for a device that is connected now.</param>
public sealed record WsmqDevice(string Name, DateTimeOffset LastSeenAt);
