namespace RsmqBridge;

/// <summary>The section <c>Bridge</c> of the configuration.</summary>
internal sealed class BridgeOptions
{
    /// <summary>The Redis of RSMQ, as a StackExchange.Redis configuration string. Default: the one of wsmq.</summary>
    public string? Redis { get; set; }

    /// <summary>RSMQ's option <c>ns</c>, the prefix of its keys. Default <c>rsmq</c>.</summary>
    public string Namespace { get; set; } = "rsmq";

    /// <summary>
    /// Where the messages of a queue go, by the queue's name. A name that ends with <c>*</c> stands for every queue that begins so and has
    /// no entry of its own; the longest one counts.
    /// </summary>
    public Dictionary<string, RouteOptions> Queues { get; } = new(StringComparer.Ordinal);

    /// <summary>The most messages that are taken from a queue at a time. Default 100; 1 to 1,000.</summary>
    public int BatchSize { get; set; } = 100;

    /// <summary>The bytes at which a batch ends, whatever its count. Default 1 MiB; at least 1.</summary>
    public int BatchBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// For how long RSMQ hides what the bridge has taken. After a crash, messages become visible again at the end of this time. Longer than
    /// a send may take, which is <c>Wsmq:Options:Publish:SendTimeout</c>, 10 seconds. Default 30 seconds; 1 second to 1 day.
    /// </summary>
    public TimeSpan Visibility { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often each queue is looked at. A producer with RSMQ's option <c>realtime</c> is heard at once. Default 1 second; 10 ms to 1 hour.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often a message that wsmq refuses for good is tried before it goes to the dead-letter queue. Failures that pass, such as an
    /// unavailable store, do not count. Default 5; 1 to 1,000.
    /// </summary>
    public int MaxReceives { get; set; } = 5;

    /// <summary>The name of the dead-letter queue is that of the queue and this. Default <c>-dead</c>.</summary>
    public string DeadLetterSuffix { get; set; } = "-dead";

    /// <summary>How many queues are worked on at the same time. Default 4; 1 to 64.</summary>
    public int Concurrency { get; set; } = 4;
}

/// <summary>Where the messages of a queue go. See <see cref="Template"/> for what the texts may contain.</summary>
internal sealed class RouteOptions
{
    /// <summary>The address, for example <c>work:emails</c> or <c>user:{userId}</c>.</summary>
    public string To { get; set; } = "";

    /// <summary>The type of the message, by which receivers select a handler. Default: the name of the queue.</summary>
    public string Type { get; set; } = "{queue}";

    /// <summary>For a work queue: jobs of the same key are worked on one after another. Default: none.</summary>
    public string? Key { get; set; }

    /// <summary>What the messages are. Default <see cref="BodyFormat.Json"/>.</summary>
    public BodyFormat Format { get; set; }
}

/// <summary>How the text of an RSMQ message becomes the body.</summary>
internal enum BodyFormat
{
    /// <summary>The text is JSON and is sent as it is. Any other text cannot be published.</summary>
    Json,

    /// <summary>Any text; the body is a JSON string.</summary>
    Text,
}
