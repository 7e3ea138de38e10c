using System.Text.Json;

namespace Wsmq;

/// <summary>What a deployment may set. All values are checked when the app starts.</summary>
public sealed class WsmqOptions
{
    /// <summary>How much of each log is kept.</summary>
    public WsmqRetentionOptions Retention { get; } = new();

    /// <summary>How much one user, or one connection, may ask of a node.</summary>
    public WsmqLimitOptions Limits { get; } = new();

    /// <summary>How long a message id is remembered, so that a repeated send is stored once. Default 2 minutes; 1 second to 1 day.</summary>
    public TimeSpan DeduplicationWindow { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long acknowledged entries stay readable for a slower connection of the same device. Default 1 minute; 0 to 1 day.</summary>
    public TimeSpan AckGrace { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many devices of a user may hold messages back at a time. Default 16; 1 to 1,000.</summary>
    public int MaxDevicesPerUser { get; set; } = 16;

    /// <summary>After how long a device that stays away stops holding messages back. Default 30 days; 1 second to 10 years.</summary>
    public TimeSpan DeviceExpiry { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How many deliveries of one address a connection may have unacknowledged. Default 256; 1 to 65,536.</summary>
    public int Window { get; set; } = 256;

    /// <summary>How many deliveries over all addresses a connection may have unacknowledged. Default 1,024; 1 to 1,048,576.</summary>
    public int ConnectionWindow { get; set; } = 1024;

    /// <summary>The largest body, in bytes. Default 256 KiB; 1 KiB to 16 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>The most that the headers of a message may take together, in bytes of UTF-8. Default 4 KiB; 0 to 64 KiB.</summary>
    public int MaxHeaderBytes { get; set; } = 4 * 1024;

    /// <summary>How many sends of one connection may be under way before a further one is refused. Default 128; 1 to 4,096.</summary>
    public int MaxOutstandingSends { get; set; } = 128;

    /// <summary>How many sends may wait for the store on one node and lane. Default 8,192; 1 to 1,048,576.</summary>
    public int PublishQueueCapacity { get; set; } = 8192;

    /// <summary>How many bytes of sends may wait for the store on one node; a further one is refused at once. Default 64 MiB; 1 MiB to 16 GiB.</summary>
    public long PublishQueueBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>After how long a send without an answer from the store fails. Default 10 seconds; 100 ms to 10 minutes, and less than the deduplication window.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The slowest line over which a client can still take the largest message, in bits a second: 64,000 by default, 1,000 to
    /// 1,000,000,000. A write that has not left the server after 10 seconds and the time that the largest frame takes on such a line
    /// (52 seconds with the default <see cref="MaxBodyBytes"/>) ends the connection. A client that does not read at all can hold up
    /// the live pushes of its groups on its node for as long.
    /// </summary>
    public int SlowestLineBitsPerSecond { get; set; } = 64_000;

    /// <summary>How long a full window may stay unmoved before the address counts as stalled. Default 30 seconds; 100 ms to 1 hour.</summary>
    public TimeSpan StallAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a node compares what it has seen with the store: bounds how long a lost signal can hide. Default 10 seconds; 100 ms to 1 hour.</summary>
    public TimeSpan TailCheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many of the newest entries of an active address a node keeps in memory. Default 256; 0 to 65,536.</summary>
    public int FeedEntries { get; set; } = 256;

    /// <summary>How many bytes of the newest entries of an active address a node keeps in memory. Default 1 MiB; 0 to 1 GiB.</summary>
    public int FeedBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// After how many failed attempts that its client reported a message is set aside for a device, so that it no longer holds up
    /// what is behind it. Default 20, some five minutes with the waits of the .NET client; 0 for never, up to 1,000,000.
    /// </summary>
    public int MaxAttempts { get; set; } = 20;

    /// <summary>
    /// After how many connections in a row that got a message and ended without having acknowledged anything of its address it is
    /// set aside for a device: its client may crash on it. A bad line looks the same, so keep it high. Default 50; 0 for never, up
    /// to 1,000,000.
    /// </summary>
    public int MaxSilentAttempts { get; set; } = 50;

    /// <summary>
    /// How many messages of one address are kept set aside for a user; beyond it, or beyond the bytes that
    /// <see cref="WsmqLimitOptions.UserStorePercent"/> leaves for them, the oldest goes. Default 100; 1 to 10,000.
    /// </summary>
    public int MaxDeadLetters { get; set; } = 100;
    /// <summary>How revoked tokens and banned users are kept out.</summary>
    public WsmqAccessOptions Access { get; } = new();

    /// <summary>
    /// Origins beside the hub's own whose pages may connect in a browser, written <c>https://app.example.com</c>, with the port
    /// where it is not the scheme's own; <c>*</c> allows all. Pages inside apps send origins without a host (<c>file://</c>,
    /// <c>app://.</c>, <c>null</c>), which are taken literally; <c>null</c> is also sent by sandboxed frames of any page. Default none: only pages of the same origin. Requests without an
    /// <c>Origin</c> header, as programs send them, are not concerned.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Takes a bearer token from the query value <c>access_token</c> of the hub's own requests, as if it stood in the
    /// <c>Authorization</c> header, for every bearer scheme: browsers cannot set a header on a WebSocket. Needs routing before
    /// authentication, which is the order of <c>WebApplication</c>. Default false.
    /// </summary>
    public bool AcceptTokenInQuery { get; set; }

    /// <summary>How a node that is told to stop sends its clients elsewhere.</summary>
    public WsmqDrainOptions Drain { get; } = new();

    /// <summary>
    /// After how long without an answer the store counts as away, of which connected clients are told. Default 3 seconds; 100 ms to
    /// 1 minute.
    /// </summary>
    public TimeSpan StoreAwayAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How the publisher turns objects into JSON. Default: web defaults, camel case.</summary>
    public JsonSerializerOptions Json { get; set; } = JsonSerializerOptions.Web;
}
