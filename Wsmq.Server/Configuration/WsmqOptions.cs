using System.Text.Json;

namespace Wsmq;

/// <summary>The options of wsmq, apart from those of the store. All values are validated when the app starts.</summary>
public sealed class WsmqOptions
{
    /// <summary>How much of each log is retained.</summary>
    public WsmqRetentionOptions Retention { get; } = new();

    /// <summary>Limits of one user or one connection on a node.</summary>
    public WsmqLimitOptions Limits { get; } = new();

    /// <summary>
    /// How long a message id is stored, so that a repeated send is recognized as a duplicate and stored once. Default 2 minutes; 1 second
    /// to 1 day.
    /// </summary>
    public TimeSpan DeduplicationWindow { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long acked entries stay readable for a lagging connection of the same device. Default 1 minute; 0 to 1 day.</summary>
    public TimeSpan AckGrace { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The maximum number of devices of a user for which messages are retained. Default 16; 1 to 1,000.</summary>
    public int MaxDevicesPerUser { get; set; } = 16;

    /// <summary>How long messages are retained for a disconnected device. Default 30 days; 1 second to 10 years.</summary>
    public TimeSpan DeviceExpiry { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The in-flight window: the most unacked deliveries of one address on a connection. Default 256; 1 to 65,536.</summary>
    public int Window { get; set; } = 256;

    /// <summary>The most unacked deliveries of all addresses together on a connection. Default 1,024; 1 to 1,048,576.</summary>
    public int ConnectionWindow { get; set; } = 1024;

    /// <summary>The largest body, in bytes. Default 256 KiB; 1 KiB to 16 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>The largest total size of a message's headers, in bytes of UTF-8. Default 4 KiB; 0 to 64 KiB.</summary>
    public int MaxHeaderBytes { get; set; } = 4 * 1024;

    /// <summary>The maximum number of sends in flight on one connection; a further send is refused. Default 128; 1 to 4,096.</summary>
    public int MaxOutstandingSends { get; set; } = 128;

    /// <summary>The maximum number of sends that wait for the store on one node and lane. Default 8,192; 1 to 1,048,576.</summary>
    public int PublishQueueCapacity { get; set; } = 8192;

    /// <summary>
    /// The maximum number of bytes of sends that wait for the store on one node; a further send is refused at once. Default 64 MiB;
    /// 1 MiB to 16 GiB.
    /// </summary>
    public long PublishQueueBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How long a send waits for the store before it fails. Default 10 seconds; 100 ms to 10 minutes, and less than
    /// <see cref="DeduplicationWindow"/>.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The slowest network link over which a client can still receive the largest message, in bits per second. Default 64,000; 1,000 to
    /// 1,000,000,000. The server closes a connection if a write takes longer than 10 seconds plus the time that the largest frame takes
    /// on such a link (52 seconds with the default <see cref="MaxBodyBytes"/>). A client that does not read at all can delay the live
    /// pushes of its groups on its node for that long.
    /// </summary>
    public int SlowestLineBitsPerSecond { get; set; } = 64_000;

    /// <summary>
    /// How long a full in-flight window may go without an ack before the address counts as stalled. Default 30 seconds; 100 ms to
    /// 1 hour.
    /// </summary>
    public TimeSpan StallAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The interval at which a node compares the log tails that it has seen with the store. It bounds how long a lost signal can delay
    /// deliveries. Default 10 seconds; 100 ms to 1 hour.
    /// </summary>
    public TimeSpan TailCheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many of the newest entries of an active address a node caches in memory. Default 256; 0 to 65,536.</summary>
    public int FeedEntries { get; set; } = 256;

    /// <summary>How many bytes of the newest entries of an active address a node caches in memory. Default 1 MiB; 0 to 1 GiB.</summary>
    public int FeedBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// The number of nacks after which a message is dead-lettered for a device, so that it no longer blocks the messages after it.
    /// Default 20, about five minutes with the retry delays of the .NET client; 0 (never) to 1,000,000.
    /// </summary>
    public int MaxAttempts { get; set; } = 20;

    /// <summary>
    /// The number of silent attempts after which a message is dead-lettered for a device: consecutive connections that received the
    /// message and ended without any ack for its address. The client may crash on such a message. A bad network link looks the same, so
    /// use a high value. Default 50; 0 (never) to 1,000,000.
    /// </summary>
    public int MaxSilentAttempts { get; set; } = 50;

    /// <summary>
    /// The maximum number of dead letters of one address that are stored for a user. Over it, or over the bytes that
    /// <see cref="WsmqLimitOptions.UserStorePercent"/> allows for them, the oldest is removed. Default 100; 1 to 10,000.
    /// </summary>
    public int MaxDeadLetters { get; set; } = 100;

    /// <summary>Options for revoking tokens and banning users.</summary>
    public WsmqAccessOptions Access { get; } = new();

    /// <summary>
    /// Additional origins whose pages may connect in a browser, besides the hub's own origin. Format: <c>https://app.example.com</c>, with
    /// the port if it is not the scheme's default; <c>*</c> allows all origins. Pages inside of apps send origins without a host
    /// (<c>file://</c>, <c>app://.</c>, <c>null</c>), which are compared literally. Sandboxed frames of any page also send <c>null</c>.
    /// Default empty: only pages of the same origin may connect. Requests without an <c>Origin</c> header, as sent by non-browser
    /// clients, are not checked.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Whether to read a bearer token from the query parameter <c>access_token</c> of the hub's own requests, as if it were in the
    /// <c>Authorization</c> header, for every bearer scheme: browsers cannot set a header on a WebSocket. Requires routing to run before
    /// authentication, which is the order of <c>WebApplication</c>. Default false.
    /// </summary>
    public bool AcceptTokenInQuery { get; set; }

    /// <summary>How a stopping node moves its clients to other nodes.</summary>
    public WsmqDrainOptions Drain { get; } = new();

    /// <summary>
    /// How long the store may leave a probe unanswered before it counts as unavailable; connected clients are notified then. Default
    /// 3 seconds; 100 ms to 1 minute.
    /// </summary>
    public TimeSpan StoreAwayAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How the publisher serializes objects to JSON. Default: the web defaults, with camel case; must not be null.</summary>
    public JsonSerializerOptions Json { get; set; } = JsonSerializerOptions.Web;
}
