namespace Wsmq;

/// <summary>
/// The limits of one class of users. Null, the default of each, takes the general value of <see cref="WsmqLimitOptions"/>, which also
/// describes each limit.
/// </summary>
public sealed class WsmqLimitClass
{
    /// <summary>
    /// Messages per second from one connection; 0 (no limit) to 1,000,000. <see cref="UserSendsPerSecond"/> applies as well: to allow more,
    /// raise both.
    /// </summary>
    public int? ConnectionSendsPerSecond { get; set; }

    /// <summary>Burst of messages from one connection; 1 to 10,000,000.</summary>
    public int? ConnectionSendBurst { get; set; }

    /// <summary>Messages per second from all connections of a user to a node; 0 (no limit) to 1,000,000.</summary>
    public int? UserSendsPerSecond { get; set; }

    /// <summary>Burst of messages from all connections of a user to a node; 1 to 10,000,000.</summary>
    public int? UserSendBurst { get; set; }

    /// <summary>Bytes per minute that a user may send, over all nodes; 0 (no limit) to 1 TiB.</summary>
    public long? UserSendBytesPerMinute { get; set; }

    /// <summary>Burst of <see cref="UserSendBytesPerMinute"/>, in bytes; 1 KiB to 1 TiB.</summary>
    public long? UserSendByteBurst { get; set; }

    /// <summary>The share of the store that may be charged to a user, in percent; 0 (no limit) to 100.</summary>
    public double? UserStorePercent { get; set; }

    /// <summary>New addresses per hour that a user may create by sending to them; 0 (no limit) to 1,000,000.</summary>
    public int? UserNewAddressesPerHour { get; set; }

    /// <summary>Burst of new addresses; 1 to 10,000,000.</summary>
    public int? UserNewAddressBurst { get; set; }

    /// <summary>Streams of producers per hour that a user may open to a node; 0 (no limit) to 1,000,000.</summary>
    public int? UserProducersPerHour { get; set; }

    /// <summary>Burst of streams of producers; 1 to 10,000,000.</summary>
    public int? UserProducerBurst { get; set; }

    /// <summary>Messages to users and groups that wait for their time, of one sender; 0 (no limit) to 10,000,000.</summary>
    public int? UserDelayedMessages { get; set; }

    /// <summary>Sequences of a sender that the store remembers; 0 (no limit) to 10,000,000.</summary>
    public int? UserSequences { get; set; }

    /// <summary>Tracked messages of one sender whose status is stored; 0 (no limit) to 10,000,000.</summary>
    public int? UserTrackedMessages { get; set; }

    /// <summary>Calls of <c>Resume</c> and <c>Nack</c> per second, and invalid acks; 0 (no limit) to 1,000,000.</summary>
    public int? UserResumesPerSecond { get; set; }

    /// <summary>Burst of <see cref="UserResumesPerSecond"/>; 1 to 10,000,000.</summary>
    public int? UserResumeBurst { get; set; }

    /// <summary>Bytes per second that a node reads from logs for a user; 0 (no limit) to 1 TiB.</summary>
    public long? UserReadBytesPerSecond { get; set; }

    /// <summary>Burst of <see cref="UserReadBytesPerSecond"/>, in bytes; 1 KiB to 1 TiB.</summary>
    public long? UserReadByteBurst { get; set; }

    /// <summary>Bytes of memory that a user may have in progress on a node; 1 MiB to 16 GiB.</summary>
    public long? UserBytesInProgress { get; set; }

    /// <summary>Bytes of messages that a node has read for a user but not yet written to its connections; 1 MiB to 16 GiB.</summary>
    public long? UserUnwrittenBytes { get; set; }

    /// <summary>Connections per minute that a user may open to a node; 0 (no limit) to 1,000,000.</summary>
    public int? UserConnectsPerMinute { get; set; }

    /// <summary>Burst of connections that a user may open to a node; 1 to 10,000,000.</summary>
    public int? UserConnectBurst { get; set; }

    /// <summary>Open connections of a user to a node; 1 to 1,000,000.</summary>
    public int? ConnectionsPerUser { get; set; }

    /// <summary>Limits for an account that sends on behalf of many people, and that its owner trusts not to send without bound.</summary>
    internal static WsmqLimitClass Service() => new()
    {
        ConnectionSendsPerSecond = 10_000,
        ConnectionSendBurst = 20_000,
        UserSendsPerSecond = 20_000,
        UserSendBurst = 40_000,
        UserSendBytesPerMinute = 4L * 1024 * 1024 * 1024,
        UserSendByteBurst = 256 * 1024 * 1024,
        UserStorePercent = 50,
        UserNewAddressesPerHour = 10_000,
        UserNewAddressBurst = 10_000,
        UserProducersPerHour = 10_000,
        UserProducerBurst = 1_000,
        UserDelayedMessages = 100_000,
        UserSequences = 1_000_000,
        UserTrackedMessages = 1_000_000,
        UserReadBytesPerSecond = 64 * 1024 * 1024,
        UserReadByteBurst = 512 * 1024 * 1024,
        UserConnectsPerMinute = 600,
        UserConnectBurst = 200,
        ConnectionsPerUser = 100,
    };
}
