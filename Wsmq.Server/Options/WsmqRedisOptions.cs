using StackExchange.Redis;

namespace Wsmq;

/// <summary>Options of the Redis store.</summary>
public sealed class WsmqRedisOptions
{
    /// <summary>
    /// A StackExchange.Redis configuration string, such as <c>redis:6379,password=…</c>; not empty. Set by the argument of
    /// <see cref="WsmqBuilder.UseRedis"/>.
    /// </summary>
    public string Configuration { get; set; } = "localhost:6379";

    /// <summary>
    /// The prefix of every key and channel, so that deployments can share a server. Default <c>wsmq</c>; 1 to 64 characters of a-z, A-Z,
    /// 0-9, '-', '_', '.' and ':'.
    /// </summary>
    public string KeyPrefix { get; set; } = "wsmq";

    /// <summary>
    /// The number of buckets into which addresses are hashed. All keys of a bucket are on one shard of a Redis Cluster. The number is
    /// fixed for the lifetime of a deployment: another number would find none of the existing logs, and the app refuses to start with
    /// it. Default: null, the number that the deployment has; a new one gets 64, or 16 on a Cluster. 1 to 16,384.
    /// </summary>
    public int? Buckets { get; set; }

    /// <summary>Of a new deployment on a single server: enough to move to a Cluster of some shards later.</summary>
    internal const int UsualBuckets = 64;

    /// <summary>Of a new deployment on a Cluster, where a batch has messages of one bucket only: fewer buckets make larger batches.</summary>
    internal const int ClusterBuckets = 16;

    /// <summary>
    /// The largest entry that is included in its signal, and can be in a journal, in bytes; a larger one is stored in the log, and read from there.
    /// Default 128 KiB; 0 to 1 MiB.
    /// </summary>
    public int InlineSignalBytes { get; set; } = 128 * 1024;

    /// <summary>
    /// How long messages for users who are connected stay in the journal of their node, to be acknowledged there. What was not acknowledged
    /// in this time, or up to half of it later, is moved to the log of its user. Default 2 seconds; 100 ms to 1 minute.
    /// </summary>
    public TimeSpan SettleAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The most that a node keeps in its journal, in bytes of a Redis server or of a Cluster's bucket. Beyond it, and while moving messages
    /// to the logs fails, messages go to the logs at once. With 0 the node has no journal, and can run beside nodes of versions without
    /// journals. Default 256 MiB; 0, or 1 MiB to 16 GiB.
    /// </summary>
    public long JournalBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>The timeout of a Redis command. Default 5 seconds; 100 ms to 1 minute.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The number of replicas that must confirm a message before its sender gets the receipt, so that a failover to one of them does not
    /// lose the message. Jobs are then also given to workers, and the ends of attempts confirmed, only once that many replicas have it.
    /// Default 0: nothing waits for replicas; 0 to 16.
    /// </summary>
    public int ReceiptReplicas { get; set; }

    /// <summary>
    /// How long a receipt waits for the replicas before the send fails with <c>not-replicated</c>. Default 2 seconds; 10 ms to
    /// 1 minute, and less than <see cref="WsmqPublishOptions.SendTimeout"/>.
    /// </summary>
    public TimeSpan ReplicaTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The interval at which each connection to Redis is probed. Default 2 seconds; 50 ms to 1 minute.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a connection to Redis may leave a probe unanswered before it is replaced by a new connection. Default 3 seconds; 50 ms to
    /// 1 minute.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Does not limit memory: the memory of which <see cref="WsmqLimitOptions.UserStorePercent"/> is a percentage, in bytes. Default null:
    /// the server's <c>maxmemory</c> when the node starts (with a Redis Cluster the smallest of all primaries), or 4 GiB if
    /// <c>maxmemory</c> is not set; 1 MiB to 1 PiB.
    /// </summary>
    public long? MemoryBytes { get; set; }

    /// <summary>
    /// Sets what a configuration string cannot express, such as which server certificates are trusted. Called for each of the store's
    /// connections before it is opened, including connections that replace another one. Default null; can be set in code only.
    /// </summary>
    public Action<ConfigurationOptions>? ConfigureConnection { get; set; }
}
