namespace Wsmq;

/// <summary>
/// Which messages to users the hook of <see cref="WsmqBuilder.OnUnacknowledged{THook}"/> is told of, and when. Without a hook they have no
/// effect. Set the same ones on all nodes, and add the hook to all: each node marks the messages that it stores, and any node calls the hook.
/// </summary>
public sealed class WsmqUnacknowledgedOptions
{
    /// <summary>
    /// How long a message waits for an acknowledgement of any device of its user before the hook is told. Default 20 seconds; 100 ms to 30 days,
    /// and with <see cref="Gather"/> less than users' messages are retained.
    /// </summary>
    public TimeSpan After { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How much later the hook is called, so that the messages of a burst are one call. Default 1 second; 0 to 10 minutes.
    /// </summary>
    public TimeSpan Gather { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The names of types that are meant; a name that ends with <c>*</c> means all that begin so. Messages that have <see cref="Header"/> are
    /// meant as well. With neither, all messages to users are meant.
    /// </summary>
    public IList<string> Types { get; } = [];

    /// <summary>The name of a header whose messages are meant, whatever their type; null for none.</summary>
    public string? Header { get; set; }

    /// <summary>The value that the header must have; null for any.</summary>
    public string? HeaderValue { get; set; }

    /// <summary>The most messages of one call. Default 100; 1 to 1,000.</summary>
    public int MaxBatch { get; set; } = 100;

    /// <summary>The most calls of the hook at the same time on a node. Default 16; 1 to 1,000.</summary>
    public int MaxCalls { get; set; } = 16;

    /// <summary>How long a call may take. Its token is cancelled then, and the attempt has failed. Default 30 seconds; 1 second to 10 minutes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After so many failed attempts the hook is not told of the messages any more; this is logged and counted. The pauses between attempts grow
    /// from 1 second to 5 minutes. Default 10; 1 to 10,000.
    /// </summary>
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Whether the app has a hook.</summary>
    internal bool HasHook { get; set; }

    /// <summary>How long after it was stored a message is looked at, in µs.</summary>
    internal long DueAfter => (After + Gather).Ticks / TimeSpan.TicksPerMicrosecond;
}
