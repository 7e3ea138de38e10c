using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// The name of every key and channel. All keys of one address carry the hash tag of its bucket, so that one script may access them on
/// a Cluster. Names are escaped, because the parts of a key are separated by colons.
/// </summary>
/// <param name="prefix">Prefix of every key.</param>
/// <param name="buckets">The number of buckets, until that of the deployment is known.</param>
/// <param name="channels">Prefix of every channel, see <see cref="RedisSettings.ChannelsOf"/>; null if it is the key prefix.</param>
internal sealed class RedisKeys(string prefix, int buckets, string? channels = null)
{
    // Enough for the active addresses of a node; when it is exceeded, the cache is cleared and names are built again.
    private const int MostKept = 65_536;

    private readonly ConcurrentDictionary<WsmqAddress, LogKeys> _kept = new();

    /// <summary>After <see cref="Live"/>: the channel on which a node checks its permissions.</summary>
    public const string LiveProbe = "probe";

    /// <summary>After <see cref="Live"/>: the channel on which drivers notify each other to check the servers' roles again.</summary>
    public const string LiveConfiguration = "config";

    public int Buckets { get; private set; } = buckets;

    /// <summary>Before the first use of an address: the deployment has another number of buckets.</summary>
    public void Adopt(int buckets)
    {
        Buckets = buckets;
        _kept.Clear();
    }

    /// <summary>Hash: the settings that this deployment was set up with; outside of all buckets.</summary>
    public RedisKey Layout => $"{prefix}:layout";

    /// <summary>Prefix of every channel of the live plane; SignalR chooses the rest.</summary>
    public string Live { get; } = $"{channels ?? prefix}:live:";

    /// <summary>Hash: access rules; kind and name -> time and end; v (latest version). One hash tag for all three keys.</summary>
    public RedisKey AccessRules { get; } = $"{prefix}:{{access}}:rules";

    /// <summary>Sorted set: access rules by version.</summary>
    public RedisKey AccessVersions { get; } = $"{prefix}:{{access}}:versions";

    /// <summary>Sorted set: access rules by end.</summary>
    public RedisKey AccessEnds { get; } = $"{prefix}:{{access}}:ends";

    /// <summary>Channel that announces a new access rule.</summary>
    public string AccessChannel { get; } = $"{channels ?? prefix}:access";

    /// <summary>Hash: the runs of the deployment, id -> state.</summary>
    public RedisKey Runs { get; } = $"{prefix}:{{runs}}:states";

    /// <summary>Pattern of the keys that addresses have for as long as they exist, see <see cref="LogKeys.Meta"/>.</summary>
    /// <param name="kind">A kind of addresses; null for all.</param>
    /// <param name="name">Which names are meant; null for all.</param>
    public string MetaPattern(WsmqAddressKind? kind, TextPattern? name)
    {
        // Neither the prefix nor an escaped name contains a character that has a meaning in a pattern.
        var names = name is null ? "*" : string.Join('*', name.Parts.Select(Uri.EscapeDataString));
        return $"{prefix}:{{*}}:meta:{(kind is { } one ? WsmqAddress.Prefix(one) : "*")}:{names}";
    }

    /// <summary>The address of such a key; false if it is foreign.</summary>
    public static bool TryAddressOf(string meta, out WsmqAddress address)
    {
        var parts = meta.Split(':');
        address = default;
        return parts.Length > 3 && WsmqAddress.TryParse($"{parts[^2]}:{Uri.UnescapeDataString(parts[^1])}", out address);
    }

    /// <summary>Sorted set of a bucket: the readers that may have dead letters, by name, see <see cref="LogKeys.DeadReaderOf"/>.</summary>
    public RedisKey DeadReaders(int bucket) => $"{prefix}:{{{bucket}}}:deadreaders";

    /// <summary>Sorted set of a bucket: the same readers, by when their dead letters will have expired, see dead_letters.lua.</summary>
    public RedisKey DeadEnds(int bucket) => $"{prefix}:{{{bucket}}}:deadends";

    /// <summary>The keys of an address.</summary>
    public LogKeys Of(WsmqAddress address)
    {
        if (_kept.TryGetValue(address, out var keys))
            return keys;
        if (_kept.Count >= MostKept)
            _kept.Clear();
        return _kept[address] = new LogKeys(prefix, Buckets, address);
    }

    public RedisKey Log(WsmqAddress address) => Of(address).Log;

    public RedisKey Meta(WsmqAddress address) => Of(address).Meta;

    /// <summary>The keys of a lane, all in one slot.</summary>
    /// <param name="lane">A bucket on a Cluster; 0 elsewhere.</param>
    /// <param name="node">The id of a node.</param>
    /// <param name="window">The deduplication window.</param>
    public LaneKeys OfLane(int lane, string node, TimeSpan window) =>
        new($"{prefix}:{{{lane}}}", $"{channels ?? prefix}:{{{lane}}}", node, window);

    /// <summary>The keys of the lane of the same number for work queues: batches and message ids of its own.</summary>
    public LaneKeys OfJobLane(int lane, string node, TimeSpan window) =>
        new($"{prefix}:{{{lane}}}", $"{channels ?? prefix}:{{{lane}}}", node, window, ":work");
}

/// <summary>Keys of one address.</summary>
internal sealed class LogKeys
{
    private static readonly string[] QueueParts =
    [
        "jobs", "grants", "delayed", "leased", "retrying", "expiring", "blocked", "holders", "unique", "deadjobs", "deaths", "suspects",
        "low", "normal", "high",
    ];

    private readonly string _bucket;
    private readonly string _name;
    private readonly bool _isGroup;
    private RedisKey[]? _queue;
    private readonly bool _canBeActive;
    private RedisKey[]? _queueWithOutcomes;
    private string? _readers;
    private byte[]? _pairText;

    public LogKeys(string prefix, int buckets, WsmqAddress address)
    {
        var text = Encoding.UTF8.GetBytes(address.ToString());
        Bucket = (int)(XxHash32.HashToUInt32(text) % (uint)buckets);
        _isGroup = address.Kind == WsmqAddressKind.Group;
        _canBeActive = address.Kind == WsmqAddressKind.User;
        _bucket = $"{prefix}:{{{Bucket}}}:";
        _name = $":{WsmqAddress.Prefix(address.Kind)}:{Uri.EscapeDataString(address.Name)}";
        Log = Encoding.UTF8.GetBytes(_bucket + "log" + _name);
        Meta = Encoding.UTF8.GetBytes(_bucket + "meta" + _name);
        Name = WithLength(text);
    }

    public int Bucket { get; }

    /// <summary>
    /// Stream: the entries, by position; fields p (previous) and e (content, as <see cref="RedisContent"/> makes it). The keys for times to live are
    /// named after it: ends.lua, gone.lua.
    /// </summary>
    public RedisKey Log { get; }

    /// <summary>
    /// Hash that outlives the entries: t (tail), c (consumed), g and d (removable up to g from time d), v (membership version),
    /// x (when removal by age is due), b and m (bytes, see marks.lua), h (end of the newest range that has expired, see gone.lua), n (nodes with
    /// readers); for a user also @device (cursor, time last seen, then failed attempts, see nack.lua) and k (number of devices).
    /// </summary>
    public RedisKey Meta { get; }

    /// <summary>Log and meta.</summary>
    public RedisKey[] Pair => [Log, Meta];

    /// <summary>The same, each after its length in two bytes.</summary>
    public byte[] PairText => _pairText ??= [.. Pair.SelectMany(WithLength)];

    /// <summary>The address as encoded in signals: two bytes of length, then UTF-8.</summary>
    public byte[] Name { get; }

    /// <summary>The name in <see cref="LaneKeys.Active"/> of an address that is active while a node reads it; else nothing.</summary>
    public byte[] ActiveName => _canBeActive ? Name : [];

    /// <summary>
    /// The mode and the nodes of the address's state, see active.lua, as far as this node was told: messages can go to a journal. Null if
    /// they cannot, or that is not known.
    /// </summary>
    public string? Readers
    {
        get => Volatile.Read(ref _readers);
        set => Volatile.Write(ref _readers, value);
    }

    /// <summary>The length in bytes of the name of a key of the address.</summary>
    public int Length => ((byte[])Log!).Length;

    /// <summary>Hash of a user: the storage charged to the user, see usage_add.lua.</summary>
    public RedisKey Usage => _bucket + "usage" + _name;

    /// <summary>String of a user: when it was last seen, µs; only with presence.</summary>
    public RedisKey Seen => _bucket + "seen" + _name;

    /// <summary>Sorted set of a user: acknowledged messages for any device, by position. Exists only for users who have such messages.</summary>
    public RedisKey Cleared => _bucket + "cleared" + _name;

    /// <summary>The keys of a work queue, in the order that jobs.lua names.</summary>
    public RedisKey[] Queue => _queue ??= [Meta, .. QueueParts.Select(part => (RedisKey)(_bucket + part + _name))];

    /// <summary>Hash of a work queue: node -> what it declares, see declare.lua.</summary>
    public RedisKey Declarations => _bucket + "declarations" + _name;

    /// <summary>Hash of a work queue: the states of its recurring jobs, see schedule_advance.lua.</summary>
    public RedisKey Schedules => _bucket + "schedules" + _name;

    /// <summary>The same, and those that outcomes.lua names.</summary>
    public RedisKey[] QueueWithOutcomes => _queueWithOutcomes ??= [.. Queue, _bucket + "ended0" + _name, _bucket + "ended1" + _name];

    /// <summary>String of a queue: the number of a node's last call that granted leases, if grants wait for replicas.</summary>
    public RedisKey Taken(string node) => $"{_bucket}taken{_name}:{node}";

    /// <summary>The same of its last call that ended attempts.</summary>
    public RedisKey Settled(string node) => $"{_bucket}settled{_name}:{node}";

    /// <summary>Hash of a group: user -> tail at joining.</summary>
    public RedisKey Members => _bucket + "members" + _name;

    /// <summary>Hash: the nodes that have somebody who answers requests to the address, see responders.lua. Exists only while there is one.</summary>
    public RedisKey Responders => _bucket + "responders" + _name;

    /// <summary>Set of a user: the groups it may be a member of.</summary>
    public RedisKey Groups => _bucket + "groups" + _name;

    /// <summary>Hash of a group and one member: device -> cursor, followed by failed attempts.</summary>
    public RedisKey CursorsOf(string user) => $"{_bucket}cursors{_name}:{Uri.EscapeDataString(user)}";

    /// <summary>Hash: dead letters of a user, two fields each, see nack.lua.</summary>
    public RedisKey DeadOf(string user) => $"{_bucket}dead{ReaderOf(user)}";

    /// <summary>Sorted set: the same dead letters by the time of dead-lettering.</summary>
    public RedisKey DeadPlacesOf(string user) => $"{_bucket}deadat{ReaderOf(user)}";

    /// <summary>The name of a reader in <see cref="RedisKeys.DeadReaders"/>: <c>user:name</c>, or <c>group:name:user</c>, escaped.</summary>
    public string DeadReaderOf(string user) => ReaderOf(user)[1..];

    private static byte[] WithLength(RedisKey text)
    {
        byte[] bytes = text!;
        var result = new byte[sizeof(ushort) + bytes.Length];
        BinaryPrimitives.WriteUInt16BigEndian(result, (ushort)bytes.Length);
        bytes.CopyTo(result, sizeof(ushort));
        return result;
    }

    // A user's queue has one reader, whose name is the name of the queue.
    private string ReaderOf(string user) => _isGroup ? $"{_name}:{Uri.EscapeDataString(user)}" : _name;
}

/// <summary>Keys of one lane and this node.</summary>
internal sealed class LaneKeys(string lane, string channels, string node, TimeSpan window, string kind = "")
{
    private const int Slices = 3;

    /// <summary>String: the number of this node's last batch.</summary>
    public RedisKey Batch { get; } = $"{lane}{kind}:batch:{node}";

    /// <summary>Hashes: message id -> position. The window is part of the name, because it determines the time slices.</summary>
    public RedisKey[] Ids { get; } =
        [.. Enumerable.Range(0, Slices).Select(i => (RedisKey)$"{lane}{kind}:ids:{(long)window.TotalMilliseconds}:{i}")];

    /// <summary>Hash: the states of the addresses that some node reads, see active.lua.</summary>
    public RedisKey Active { get; } = $"{lane}:active";

    /// <summary>Sorted set: the messages that wait until they are due, by then. Their other keys: delayed.lua.</summary>
    public RedisKey Delayed { get; } = $"{lane}:delayed";

    /// <summary>String: that a server has executed a cancellation, if they wait for replicas; the number of the call is part of the name.</summary>
    public RedisKey Cancelled(long number) => $"{lane}:cancelled:{node}:{number}";

    /// <summary>String: the node that appends the messages that are due, and till when it has the turn.</summary>
    public RedisKey DelayedTurn { get; } = $"{lane}:delayed:turn";

    /// <summary>Sorted set: the addresses that are noted, by when they are due, see unacknowledged_note.lua.</summary>
    public RedisKey Unacknowledged { get; } = $"{lane}:unacknowledged";

    /// <summary>Hash: the same addresses, with the position after which there is something to tell, and how many attempts have begun.</summary>
    public RedisKey UnacknowledgedFrom { get; } = $"{lane}:unacknowledged:from";

    /// <summary>Set: the nodes that may have a journal.</summary>
    public RedisKey Journals { get; } = $"{lane}:journals";

    /// <summary>Temporary key that exists only while a script runs.</summary>
    public RedisKey Spare { get; } = $"{lane}:spare";

    /// <summary>Prefix of the lease of a node, a string that exists while the node is alive; the node id follows.</summary>
    public string Leases { get; } = $"{lane}:node:";

    public RedisKey Lease => Leases + node;

    /// <summary>Stream: the journal of a node, see journal.lua.</summary>
    public RedisKey JournalOf(string other) => $"{lane}:journal:{other}";

    /// <summary>String: how far this node has come with settling, see settle.lua.</summary>
    public RedisKey Settled { get; } = $"{lane}:settled:{node}";

    /// <summary>Prefix of the heads of a node's journal; the rest of the link follows.</summary>
    public string HeadsOf(string other) => $"{lane}:heads:{other}";

    /// <summary>Prefix of the blobs of a node's journal; the rest of the link follows.</summary>
    public string BlobsOf(string other) => $"{lane}:blob:{other}";

    /// <summary>Prefix of the channel of a node; the node id follows.</summary>
    public string Channels { get; } = $"{channels}:signals:";

    public string Channel => Channels + node;

    /// <summary>Sorted set: the registered nodes, by the end of their registrations.</summary>
    public RedisKey Nodes { get; } = $"{lane}:nodes";

    /// <summary>Prefix of the channel on which a node is asked and notified of answers; the node id follows.</summary>
    public string NodeChannels { get; } = $"{channels}:nodes:";

    /// <summary>Hash: the answers to a question, by node.</summary>
    public RedisKey AnswersTo(string question) => $"{lane}:answers:{question}";
}
