using System.Security.Cryptography;
using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>A lane is what one script may access: all keys, or on a Cluster one bucket, as others may be on other shards.</summary>
internal sealed class RedisLanes(RedisConnections connections, RedisKeys keys, WsmqOptions options)
{
    private const int NodeLength = 8;
    private const string NodeLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(30);

    private readonly LaneKeys?[] _lanes = new LaneKeys?[keys.Buckets];

    /// <summary>The id of this node. All ids have the same length, on which the scripts rely.</summary>
    public string Node { get; } = RandomNumberGenerator.GetString(NodeLetters, NodeLength);

    public int Count => connections.IsCluster ? keys.Buckets : 1;

    public string PublishCommand => connections.IsCluster ? "SPUBLISH" : "PUBLISH";

    /// <summary>How long a node counts as alive without renewing its lease; each tail check renews it.</summary>
    public TimeSpan Lease { get; } = TimeSpan.FromTicks(Math.Max(ShortestLease.Ticks, 3 * options.TailCheckInterval.Ticks));

    public int LaneOf(WsmqAddress address) => connections.IsCluster ? keys.Of(address).Bucket : 0;

    public LaneKeys Keys(int lane) => _lanes[lane] ??= keys.OfLane(lane, Node, options.DeduplicationWindow);

    public RedisChannel Channel(int lane) =>
        connections.IsCluster ? RedisChannel.Sharded(Keys(lane).Channel) : RedisChannel.Literal(Keys(lane).Channel);
}
