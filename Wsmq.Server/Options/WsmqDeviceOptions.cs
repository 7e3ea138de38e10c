namespace Wsmq;

/// <summary>The devices of a user, for which messages are retained until they have acknowledged them.</summary>
public sealed class WsmqDeviceOptions
{
    /// <summary>The maximum number of devices of a user for which messages are retained. Default 16; 1 to 1,000.</summary>
    public int MaxPerUser { get; set; } = 16;

    /// <summary>How long messages are retained for a disconnected device. Default 30 days; 1 second to 10 years.</summary>
    public TimeSpan Expiry { get; set; } = TimeSpan.FromDays(30);
}
