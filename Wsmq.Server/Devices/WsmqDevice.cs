namespace Wsmq;

/// <summary>A stored device of a user.</summary>
/// <param name="name">The device's name.</param>
/// <param name="lastSeenAt">When the device was last seen connected; up to an hour old for a device that is connected now.</param>
public sealed class WsmqDevice(string name, DateTimeOffset lastSeenAt)
{
    /// <summary>The device's name.</summary>
    public string Name { get; } = name;

    /// <summary>When the device was last seen connected; up to an hour old for a device that is connected now.</summary>
    public DateTimeOffset LastSeenAt { get; } = lastSeenAt;
}
