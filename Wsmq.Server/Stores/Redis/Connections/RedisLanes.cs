using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>The lanes of the deployment, and the identity of this node in them. Usable once the connection is open.</summary>
internal sealed class RedisLanes(RedisConnections connections, RedisKeys keys, WsmqOptions options, bool haveJournals = true)
{
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(30);

    private RedisLane?[] _lanes = new RedisLane?[keys.Buckets];
    private RedisLane?[] _jobLanes = new RedisLane?[keys.Buckets];

    /// <summary>The id of this node. All ids have the same length, on which the scripts rely.</summary>
    public string Node { get; } = NodeIds.Next();

    /// <summary>Whether this node has journals.</summary>
    public bool HaveJournals => haveJournals;

    /// <summary>
    /// The keys that scripts need which look into journals. One of them never exists: while a slot moves to another server, such a script is
    /// refused there until all of its keys have arrived, also those of journals, which it does not name. Scripts that use other keys without
    /// naming them, such as records of tracked messages, are called with that one too.
    /// </summary>
    public RedisKey[] ActiveKeysOf(WsmqAddress address)
    {
        var shared = Of(address).Keys;
        return address.Kind == WsmqAddressKind.User ? [shared.Active, shared.Spare] : [shared.Active];
    }

    /// <summary>Before the first use of a lane: the deployment has this number of buckets.</summary>
    public void Adopt(int buckets)
    {
        keys.Adopt(buckets);
        (_lanes, _jobLanes) = (new RedisLane?[buckets], new RedisLane?[buckets]);
    }

    public int Count => connections.IsCluster ? keys.Buckets : 1;

    public IEnumerable<RedisLane> All => Enumerable.Range(0, Count).Select(i => this[i]);

    public string PublishCommand => connections.IsCluster ? "SPUBLISH" : "PUBLISH";

    /// <summary>How long a node counts as alive without renewing its lease; each tail check renews it.</summary>
    public TimeSpan Lease { get; } = TimeSpan.FromTicks(Math.Max(ShortestLease.Ticks, 3 * options.Delivery.TailCheckInterval.Ticks));

    public RedisLane this[int number] => _lanes[number] ??= Make(number, keys.OfLane(number, Node, options.Publish.DeduplicationWindow));

    /// <summary>The lanes of work queues, which have the same numbers.</summary>
    public IEnumerable<RedisLane> OfJobs => Enumerable.Range(0, Count)
        .Select(i => _jobLanes[i] ??= Make(i, keys.OfJobLane(i, Node, options.Publish.DeduplicationWindow)));

    public RedisLane Of(WsmqAddress address) => this[NumberOf(address)];

    public int NumberOf(WsmqAddress address) => connections.IsCluster ? keys.Of(address).Bucket : 0;

    private RedisLane Make(int number, LaneKeys own) =>
        new(number, own, connections.IsCluster ? RedisChannel.Sharded(own.Channel) : RedisChannel.Literal(own.Channel));
}

/// <summary>A lane: what one script may access. All keys, or on a Cluster one bucket, as others may be on other shards.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="Channel">The channel of this node's signals.</param>
internal sealed record RedisLane(int Number, LaneKeys Keys, RedisChannel Channel);
