using System.IO.Hashing;
using System.Text;
using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>
/// The name of every key and channel. All that belongs to one address carries the hash tag of its bucket, so that one script may
/// touch it on a Cluster. Names are escaped, because the parts of a key are divided by colons.
/// </summary>
internal sealed class RedisKeys(string prefix, int buckets)
{
    public int Buckets { get; } = buckets;

    /// <summary>What this deployment was set up with; outside of all buckets.</summary>
    public RedisKey Layout => $"{prefix}:layout";

    public int BucketOf(Address address) =>
        (int)(XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(address.ToString())) % (uint)Buckets);

    /// <summary>Stream: the entries, by position; fields p (previous), m (metadata), b (body) in this order.</summary>
    public RedisKey Log(Address address) => Of(address, "log");

    /// <summary>Hash that outlives the entries: t (tail), c (consumed), g and d (removable up to, and from when), v (membership version).</summary>
    public RedisKey Meta(Address address) => Of(address, "meta");

    /// <summary>Hash of a user's queue: device -> cursor and when it was last seen.</summary>
    public RedisKey Cursors(Address user) => Of(user, "cursors");

    /// <summary>Hash of a group and one member: device -> cursor.</summary>
    public RedisKey GroupCursors(Address group, string user) => $"{Of(group, "cursors")}:{Uri.EscapeDataString(user)}";

    /// <summary>Hash of a group: user -> tail at joining.</summary>
    public RedisKey Members(Address group) => Of(group, "members");

    /// <summary>Set of a user: the groups it may be a member of.</summary>
    public RedisKey Groups(Address user) => Of(user, "groups");

    /// <summary>String: the position that was given to a message id.</summary>
    public RedisKey Dedup(Address to, string sender, string id) =>
        $"{Of(to, "id")}:{Uri.EscapeDataString(sender)}:{Uri.EscapeDataString(id)}";

    /// <summary>String: the number of the last batch of a node in a bucket.</summary>
    public RedisKey Batch(int bucket, string node) => $"{prefix}:{{{bucket}}}:batch:{node}";

    /// <summary>Channel of an address's signals.</summary>
    public string Signal(Address address) => Of(address, "signal");

    private string Of(Address address, string what) =>
        $"{prefix}:{{{BucketOf(address)}}}:{what}:{Address.Prefix(address.Kind)}:{Uri.EscapeDataString(address.Name)}";
}
