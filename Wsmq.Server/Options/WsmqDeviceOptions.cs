namespace Wsmq;

/// <summary>
/// The devices of a user. While a device is active, messages of the user's own queue that it has not acknowledged are not removed as
/// consumed; <see cref="WsmqRetentionOptions"/> removes them nevertheless.
/// </summary>
public sealed class WsmqDeviceOptions
{
    /// <summary>
    /// The maximum number of active devices of a user. A further device is refused with <c>too-many-devices</c>, until one expires or
    /// <see cref="IWsmqDevices.RemoveAsync"/> removes one. Default 16; 1 to 1,000.
    /// </summary>
    public int MaxPerUser { get; set; } = 16;

    /// <summary>
    /// How long a device stays active after it was last seen connected. Until then the user's own queue keeps what this device has not
    /// acknowledged, even if all other devices have. It does not extend <see cref="WsmqRetentionOptions"/>: messages over its age (7 days
    /// by default), number or bytes are removed for every device, and announced as a gap. An expired device keeps its cursor until its
    /// slot is needed. Default 30 days; 1 second to 10 years.
    /// </summary>
    public TimeSpan Expiry { get; set; } = TimeSpan.FromDays(30);
}
