using System.Text.Json;

namespace Wsmq;

/// <summary>How messages are accepted and stored: sizes, queue, timeouts.</summary>
public sealed class WsmqPublishOptions
{
    /// <summary>The largest body, in bytes. Default 256 KiB; 1 KiB to 16 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>The largest total size of a message's headers, in bytes of UTF-8. Default 4 KiB; 0 to 64 KiB.</summary>
    public int MaxHeaderBytes { get; set; } = 4 * 1024;

    /// <summary>The maximum number of sends in flight on one connection; a further send is refused. Default 128; 1 to 4,096.</summary>
    public int MaxInFlightSends { get; set; } = 128;

    /// <summary>
    /// How long a message id is stored at least (on Redis up to twice as long), so that a repeated send is recognized as a duplicate and
    /// stored once. Default 2 minutes; 1 second to 1 day.
    /// </summary>
    public TimeSpan DeduplicationWindow { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long the store remembers at least how far a producer has come (a client that numbers its messages, as the .NET client does),
    /// counted from its last message; on Redis up to twice as long, for each bucket of addresses. Until then a repeat of its messages is
    /// recognized. Default 1 hour; 1 second to 30 days, and more than <see cref="SendTimeout"/>.
    /// </summary>
    public TimeSpan ProducerExpiry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long the store remembers a sequence, which is how far a producer with an outbox has come with an address
    /// (<see cref="WsmqSendOptions.Sequence"/>), after its last message. Until then a repeat of its messages is recognized. On Redis a sequence
    /// takes up memory for up to twice as long. Default 30 days; 1 second to 400 days, and more than <see cref="SendTimeout"/>.
    /// </summary>
    public TimeSpan SequenceRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// The longest time for which a message to a user or a group may be delayed (<see cref="WsmqSendOptions.Delay"/>,
    /// <see cref="WsmqSendOptions.NotBefore"/>); a longer delay is refused with <c>invalid-message</c>. Default 400 days; 0 to 10 years, where 0
    /// allows no delays. Queues have a limit of their own (<see cref="WsmqQueueOptions.MaxDelay"/>).
    /// </summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromDays(400);

    /// <summary>
    /// The most keys that the state of an address may have (<see cref="WsmqSendOptions.StateKey"/>); a message with a further one is refused with
    /// <c>too-much-state</c>. Default 1,000; 0 to 100,000, where 0 allows no state.
    /// </summary>
    public int MaxStateKeys { get; set; } = 1_000;

    /// <summary>
    /// The most bytes that the state of an address may have: keys, bodies and all else that is stored of the messages. A message that would
    /// exceed it is refused with <c>too-much-state</c>. Default 1 MiB; 1 KiB to 64 MiB.
    /// </summary>
    public int MaxStateBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// How long a send waits for the store before it fails. Default 10 seconds; 100 ms to 10 minutes, and less than
    /// <see cref="DeduplicationWindow"/>, <see cref="ProducerExpiry"/> and <see cref="SequenceRetention"/>.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The maximum number of sends that wait for the store on one node; on a Redis Cluster, for each bucket of addresses
    /// (<see cref="WsmqRedisOptions.Buckets"/>). Further sends wait for room within <see cref="SendTimeout"/>, and then fail with
    /// <c>server-busy</c>. Default 8,192; 1 to 1,048,576.
    /// </summary>
    public int QueueCapacity { get; set; } = 8192;

    /// <summary>
    /// The maximum number of bytes of sends that wait for the store on one node; a further send is refused at once. Default 64 MiB;
    /// 1 MiB to 16 GiB.
    /// </summary>
    public long QueueBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How the publisher serializes bodies where no <c>JsonTypeInfo</c> is passed. Change or replace it before the first send, which makes
    /// it read-only. Default: the web defaults, with camel case; must not be null.
    /// </summary>
    public JsonSerializerOptions Json { get; set; } = new(JsonSerializerDefaults.Web);
}
