namespace Wsmq;

/// <summary>
/// The options of wsmq, apart from those of the store (<see cref="WsmqRedisOptions"/>, <see cref="WsmqSqliteOptions"/>), in groups by what
/// they affect. All values are validated when the app starts.
/// </summary>
public sealed class WsmqOptions
{
    /// <summary>How messages are accepted and stored: sizes, queue, timeouts.</summary>
    public WsmqPublishOptions Publish { get; } = new();

    /// <summary>How messages are delivered to connections: in-flight windows, timeouts, caches.</summary>
    public WsmqDeliveryOptions Delivery { get; } = new();

    /// <summary>When a message is dead-lettered, and how many dead letters are stored.</summary>
    public WsmqDeadLetterOptions DeadLetters { get; } = new();

    /// <summary>How much of each log is retained.</summary>
    public WsmqRetentionOptions Retention { get; } = new();

    /// <summary>The devices of a user: how many may be active, and for how long a device stays active.</summary>
    public WsmqDeviceOptions Devices { get; } = new();

    /// <summary>The work queues, by name: <c>AddQueue</c> declares one. Sends to a queue that is not here are refused.</summary>
    public IDictionary<string, WsmqQueueOptions> Queues { get; } = new Dictionary<string, WsmqQueueOptions>(StringComparer.Ordinal);

    /// <summary>Limits of one user or one connection on a node.</summary>
    public WsmqLimitOptions Limits { get; } = new();

    /// <summary>The HTTP endpoint of the hub: allowed origins, and tokens in the query.</summary>
    public WsmqEndpointOptions Endpoint { get; } = new();

    /// <summary>Options for revoking tokens and banning users.</summary>
    public WsmqAccessOptions Access { get; } = new();

    /// <summary>How a stopping node moves its clients to other nodes.</summary>
    public WsmqDrainOptions Drain { get; } = new();

    /// <summary>Requests that wait for a reply: how long, and how many.</summary>
    public WsmqRequestOptions Requests { get; } = new();

    /// <summary>What a node tells operators of itself, and how it asks the other nodes.</summary>
    public WsmqNodeOptions Nodes { get; } = new();

    /// <summary>Tracked messages.</summary>
    public WsmqTrackingOptions Tracking { get; } = new();

    /// <summary>Who is online: off unless it is enabled.</summary>
    public WsmqPresenceOptions Presence { get; } = new();

    /// <summary>Messages to users that no device has acknowledged in time: which ones the app's hook is told of, and when.</summary>
    public WsmqUnacknowledgedOptions Unacknowledged { get; } = new();
}
