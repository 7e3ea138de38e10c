using StackExchange.Redis;

namespace Wsmq;

/// <summary>The Redis store.</summary>
public sealed class WsmqRedisOptions
{
    /// <summary>A StackExchange.Redis configuration string, for example <c>redis:6379,password=…</c>.</summary>
    public string Configuration { get; set; } = "localhost:6379";

    /// <summary>Begins the name of every key and channel, so that deployments can share a server. Default <c>wsmq</c>; 1 to 64 characters of a-z, A-Z, 0-9, '-', '_', '.' and ':'.</summary>
    public string KeyPrefix { get; set; } = "wsmq";

    /// <summary>
    /// Into how many buckets addresses are hashed; all keys of a bucket live on one shard of a Redis Cluster. Fixed for the life
    /// of a deployment: another number finds none of the old logs, and the app refuses to start. Default 64; 1 to 16,384.
    /// </summary>
    public int Buckets { get; set; } = 64;

    /// <summary>The largest entry that travels with its signal, in bytes; a larger one is read from the log. Default 4 KiB; 0 to 1 MiB.</summary>
    public int InlineSignalBytes { get; set; } = 4 * 1024;

    /// <summary>How long a command may take. Default 5 seconds; 100 ms to 1 minute.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many replicas of the primary must have a message before its sender gets the receipt, so that a failover to one of them
    /// does not lose it. Default 0: receipts do not wait for replicas; 0 to 16.
    /// </summary>
    public int ReceiptReplicas { get; set; }

    /// <summary>
    /// How long a receipt waits for the replicas before the send fails with <c>not-replicated</c>. Default 2 seconds; 10 ms to
    /// 1 minute, and less than <see cref="WsmqOptions.SendTimeout"/>.
    /// </summary>
    public TimeSpan ReplicaTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often each connection to Redis is asked whether it still answers. Default 2 seconds; 50 ms to 1 minute.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// After how long without an answer a connection is given up, and another one takes its place. Default 3 seconds; 50 ms to
    /// 1 minute.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The memory of which <see cref="WsmqLimitOptions.UserStorePercent"/> is a part, in bytes. Default: the server's <c>maxmemory</c> at
    /// the node's start, on a Cluster the least of its primaries, and 4 GiB where there is none; 1 MiB to 1 PiB.
    /// </summary>
    public long? MemoryBytes { get; set; }

    /// <summary>
    /// Changes what a configuration string cannot say, such as which certificates of a server are trusted; called for each of the
    /// store's connections before it is opened, also when it takes another one's place. In code only.
    /// </summary>
    public Action<ConfigurationOptions>? ConfigureConnection { get; set; }
}
