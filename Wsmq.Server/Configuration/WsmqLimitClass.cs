namespace Wsmq;

/// <summary>Limits of one class of users; null takes the general value. See <see cref="WsmqLimitOptions"/> for what each means.</summary>
public sealed class WsmqLimitClass
{
    /// <summary>Messages a second from one connection; 0 (no limit) to 1,000,000.</summary>
    public int? SendsPerSecond { get; set; }

    /// <summary>Messages at once from one connection; 1 to 10,000,000.</summary>
    public int? SendBurst { get; set; }

    /// <summary>Messages a second from all connections of a user to a node; 0 (no limit) to 1,000,000.</summary>
    public int? UserSendsPerSecond { get; set; }

    /// <summary>Messages at once from all connections of a user to a node; 1 to 10,000,000.</summary>
    public int? UserSendBurst { get; set; }

    /// <summary>Bytes a minute that a user may send to a node; 0 (no limit) to 1 TiB.</summary>
    public long? UserSendBytesPerMinute { get; set; }

    /// <summary>Bytes at once; 1 KiB to 1 TiB.</summary>
    public long? UserSendByteBurst { get; set; }

    /// <summary>How much of the store may be taken because of a user, in percent; 0 (no limit) to 100.</summary>
    public double? UserStorePercent { get; set; }

    /// <summary>Addresses an hour that a user may bring into being; 0 (no limit) to 1,000,000.</summary>
    public int? NewAddressesPerHour { get; set; }

    /// <summary>New addresses at once; 1 to 10,000,000.</summary>
    public int? NewAddressBurst { get; set; }

    /// <summary>Calls of <c>Resume</c> a second; 0 (no limit) to 1,000,000.</summary>
    public int? UserReadsPerSecond { get; set; }

    /// <summary>Such calls at once; 1 to 10,000,000.</summary>
    public int? UserReadBurst { get; set; }

    /// <summary>Bytes a second that a node reads from logs for a user; 0 (no limit) to 1 TiB.</summary>
    public long? UserReadBytesPerSecond { get; set; }

    /// <summary>Bytes read at once; 1 KiB to 1 TiB.</summary>
    public long? UserReadByteBurst { get; set; }

    /// <summary>Bytes of memory that a user may have in progress on a node; 1 MiB to 16 GiB.</summary>
    public long? UserBytesInProgress { get; set; }

    /// <summary>Bytes of messages that a node has read for a user and not written yet; 1 MiB to 16 GiB.</summary>
    public long? UserUnwrittenBytes { get; set; }

    /// <summary>Connections a minute that a user may open to a node; 0 (no limit) to 1,000,000.</summary>
    public int? UserConnectsPerMinute { get; set; }

    /// <summary>Connections that a user may open at once; 1 to 10,000,000.</summary>
    public int? UserConnectBurst { get; set; }

    /// <summary>Open connections of a user to a node; 1 to 1,000,000.</summary>
    public int? ConnectionsPerUser { get; set; }

    /// <summary>What suits an account that sends for many people, and that its owner trusts not to send without end.</summary>
    internal static WsmqLimitClass Service() => new()
    {
        SendsPerSecond = 10_000,
        SendBurst = 20_000,
        UserSendsPerSecond = 20_000,
        UserSendBurst = 40_000,
        UserSendBytesPerMinute = 4L * 1024 * 1024 * 1024,
        UserSendByteBurst = 256 * 1024 * 1024,
        UserStorePercent = 50,
        NewAddressesPerHour = 10_000,
        NewAddressBurst = 10_000,
        UserReadBytesPerSecond = 64 * 1024 * 1024,
        UserReadByteBurst = 512 * 1024 * 1024,
        UserConnectsPerMinute = 600,
        UserConnectBurst = 200,
        ConnectionsPerUser = 100,
    };
}
