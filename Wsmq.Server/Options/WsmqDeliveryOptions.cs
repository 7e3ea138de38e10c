namespace Wsmq;

/// <summary>How messages are delivered to connections: in-flight windows, timeouts, caches.</summary>
public sealed class WsmqDeliveryOptions
{
    /// <summary>
    /// The in-flight window: the most unacked deliveries of one address on a connection. While it is used up, deliveries wait for an ack;
    /// clients acknowledge after 128 messages or a second by default, so a window below 256 needs clients with a smaller
    /// <c>AckAfterMessages</c>. Default 256; 1 to 65,536.
    /// </summary>
    public int MaxInFlightMessages { get; set; } = 256;

    /// <summary>The most unacked deliveries of all addresses together on a connection. Default 1,024; 1 to 1,048,576.</summary>
    public int MaxInFlightMessagesPerConnection { get; set; } = 1024;

    /// <summary>
    /// How long entries of a user's own queue stay readable at least after all active devices have acknowledged them, for a lagging
    /// connection of one of them; and those of users and groups after their time to live, for a handler that still rejects them. Other entries
    /// of groups are removed by <see cref="WsmqRetentionOptions"/> only. Default 1 minute; 0 to 1 day.
    /// </summary>
    public TimeSpan AckGrace { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a full in-flight window may go without an ack before the address counts as stalled. Default 30 seconds; 100 ms to
    /// 1 hour.
    /// </summary>
    public TimeSpan StallAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The slowest network link over which a client can still receive the largest message, in bits per second. Default 64,000; 1,000 to
    /// 1,000,000,000. The server closes a connection if a write takes longer than 10 seconds plus the time that the largest frame takes
    /// on such a link (52 seconds with the default <see cref="WsmqPublishOptions.MaxBodyBytes"/>). A client that does not read at all can
    /// delay the live pushes of its groups on its node for that long.
    /// </summary>
    public int SlowestLinkBitsPerSecond { get; set; } = 64_000;

    /// <summary>
    /// The interval at which a node compares the log tails that it has seen with the store. It bounds how long a lost signal can delay
    /// deliveries. Default 10 seconds; 100 ms to 1 hour.
    /// </summary>
    public TimeSpan TailCheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many of the newest entries a node caches in memory, for each active address. Default 256; 0 to 65,536.</summary>
    public int CachedEntriesPerAddress { get; set; } = 256;

    /// <summary>
    /// For how many sources a connection may set a filter or a pause at a time; further ones are refused with <c>too-many-filters</c>. A filter
    /// takes up to 12 KiB of memory. Default 64; 0 to 65,536.
    /// </summary>
    public int MaxFilters { get; set; } = 64;

    /// <summary>
    /// How many bytes the texts of a filter may have together, in UTF-8; larger ones are refused with <c>invalid-message</c>. Default 1 KiB; 64
    /// bytes to 4 KiB.
    /// </summary>
    public int MaxFilterBytes { get; set; } = 1024;

    /// <summary>
    /// How many bytes of the newest entries a node caches in memory, for each active address: 1,000 connected users can take 1,000 times
    /// as much. Default 1 MiB; 0 to 1 GiB.
    /// </summary>
    public int CachedBytesPerAddress { get; set; } = 1024 * 1024;

    /// <summary>
    /// How long the store may leave a probe unanswered before it counts as unavailable; connected clients are notified then. Default
    /// 3 seconds; 100 ms to 1 minute.
    /// </summary>
    public TimeSpan StoreUnavailableAfter { get; set; } = TimeSpan.FromSeconds(3);
}
