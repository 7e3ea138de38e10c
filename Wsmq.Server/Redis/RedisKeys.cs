using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text;
using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>
/// The name of every key and channel. All that belongs to one address carries the hash tag of its bucket, so that one script may
/// touch it on a Cluster. Names are escaped, because the parts of a key are divided by colons.
/// </summary>
/// <param name="prefix">Begins every key.</param>
/// <param name="buckets">Of the deployment.</param>
/// <param name="channels">Begins every channel, see <see cref="RedisSettings.ChannelsOf"/>; null where that is the prefix.</param>
internal sealed class RedisKeys(string prefix, int buckets, string? channels = null)
{
    // Enough for what a node is busy with; beyond that names are made anew.
    private const int MostKept = 16_384;

    private readonly ConcurrentDictionary<WsmqAddress, LogKeys> _kept = new();

    /// <summary>Behind <see cref="Live"/>: the channel on which a node finds out what it may.</summary>
    public const string LiveProbe = "probe";

    /// <summary>Behind <see cref="Live"/>: the channel by which drivers tell each other to look at the servers' roles.</summary>
    public const string LiveConfiguration = "config";

    public int Buckets { get; } = buckets;

    /// <summary>What this deployment was set up with; outside of all buckets.</summary>
    public RedisKey Layout => $"{prefix}:layout";

    /// <summary>String: what nodes write to find out whether the server takes writes; outside of all buckets.</summary>
    public RedisKey Probe => $"{prefix}:probe";

    /// <summary>Begins the name of every channel of the live plane; what follows SignalR chooses.</summary>
    public string Live { get; } = $"{channels ?? prefix}:live:";

    /// <summary>Hash: who is kept out; a kind and a name -> a moment and an end; v (newest version). One hash tag for all three.</summary>
    public RedisKey AccessRules { get; } = $"{prefix}:{{access}}:rules";

    /// <summary>Sorted set: the same by version.</summary>
    public RedisKey AccessVersions { get; } = $"{prefix}:{{access}}:versions";

    /// <summary>Sorted set: the same by end.</summary>
    public RedisKey AccessEnds { get; } = $"{prefix}:{{access}}:ends";

    /// <summary>Channel that says that somebody is kept out from now on.</summary>
    public string AccessChannel { get; } = $"{channels ?? prefix}:access";

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
    public LaneKeys OfLane(int lane, string node, TimeSpan window) => new($"{prefix}:{{{lane}}}", $"{channels ?? prefix}:{{{lane}}}", node, window);
}

/// <summary>Keys of one address.</summary>
internal sealed class LogKeys
{
    private readonly string _bucket;
    private readonly string _name;
    private readonly bool _isGroup;

    public LogKeys(string prefix, int buckets, WsmqAddress address)
    {
        var text = Encoding.UTF8.GetBytes(address.ToString());
        Bucket = (int)(XxHash32.HashToUInt32(text) % (uint)buckets);
        _isGroup = address.Kind == WsmqAddressKind.Group;
        _bucket = $"{prefix}:{{{Bucket}}}:";
        _name = $":{WsmqAddress.Prefix(address.Kind)}:{Uri.EscapeDataString(address.Name)}";
        Log = Encoding.UTF8.GetBytes(_bucket + "log" + _name);
        Meta = Encoding.UTF8.GetBytes(_bucket + "meta" + _name);
        Name = new byte[2 + text.Length];
        BinaryPrimitives.WriteUInt16BigEndian(Name, (ushort)text.Length);
        text.CopyTo(Name, 2);
    }

    public int Bucket { get; }

    /// <summary>Stream: the entries, by position; fields p (previous) and e (content, as <see cref="RedisContent"/> makes it).</summary>
    public RedisKey Log { get; }

    /// <summary>
    /// Hash that outlives the entries: t (tail), c (consumed), g and d (removable up to, and from when), v (membership version),
    /// x (when the log's age is to be looked at), b and m (bytes, see marks.lua), n (nodes with readers); of a user also @device
    /// (cursor, when it was last seen, and behind these failed attempts, see fail.lua) and k (number of devices).
    /// </summary>
    public RedisKey Meta { get; }

    /// <summary>Log and meta.</summary>
    public RedisKey[] Pair => [Log, Meta];

    /// <summary>The address as signals name it.</summary>
    public byte[] Name { get; }

    /// <summary>How many bytes the name of a key of the address takes.</summary>
    public int Length => ((byte[])Log!).Length;

    /// <summary>Hash of a user: what the store keeps because of the user, see usage_add.lua.</summary>
    public RedisKey Usage => _bucket + "usage" + _name;

    /// <summary>Hash of a group: user -> tail at joining.</summary>
    public RedisKey Members => _bucket + "members" + _name;

    /// <summary>Set of a user: the groups it may be a member of.</summary>
    public RedisKey Groups => _bucket + "groups" + _name;

    /// <summary>Hash of a group and one member: device -> cursor, and behind it failed attempts.</summary>
    public RedisKey CursorsOf(string user) => $"{_bucket}cursors{_name}:{Uri.EscapeDataString(user)}";

    /// <summary>Hash: what was set aside for a user, two fields each, see fail.lua.</summary>
    public RedisKey DeadOf(string user) => $"{_bucket}dead{ReaderOf(user)}";

    /// <summary>Sorted set beside it: when each was set aside.</summary>
    public RedisKey DeadPlacesOf(string user) => $"{_bucket}deadat{ReaderOf(user)}";

    // A queue of a user has one reader, who is in its name.
    private string ReaderOf(string user) => _isGroup ? $"{_name}:{Uri.EscapeDataString(user)}" : _name;
}

/// <summary>Keys of one lane and this node.</summary>
internal sealed class LaneKeys(string lane, string channels, string node, TimeSpan window)
{
    private const int Slices = 3;

    /// <summary>String: the number of this node's last batch.</summary>
    public RedisKey Batch { get; } = $"{lane}:batch:{node}";

    /// <summary>Hashes: the position given to a message id. The window is in the name: with another one other slices are meant.</summary>
    public RedisKey[] Ids { get; } =
        [.. Enumerable.Range(0, Slices).Select(i => (RedisKey)$"{lane}:ids:{(long)window.TotalMilliseconds}:{i}")];

    /// <summary>A name that exists inside a script only.</summary>
    public RedisKey Spare { get; } = $"{lane}:spare";

    /// <summary>Before the id of a node: the string that says that the node lives.</summary>
    public string Leases { get; } = $"{lane}:node:";

    public RedisKey Lease => Leases + node;

    /// <summary>Before the id of a node: its channel.</summary>
    public string Channels { get; } = $"{channels}:signals:";

    public string Channel => Channels + node;
}
