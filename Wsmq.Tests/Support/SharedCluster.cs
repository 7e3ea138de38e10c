namespace Wsmq.Tests.Support;

/// <summary>One Cluster of three shards for all tests of a collection, which run one after another.</summary>
public class SharedCluster : IAsyncLifetime
{
    public const string Name = "redis cluster";

    private readonly int _replicas;
    private readonly TimeSpan? _nodeTimeout;
    private RedisCluster? _cluster;
    private int _prefixes;

    public SharedCluster()
        : this(replicas: 0)
    {
    }

    // xunit allows a single public constructor.
    private protected SharedCluster(int replicas, TimeSpan? nodeTimeout = null) => (_replicas, _nodeTimeout) = (replicas, nodeTimeout);

    public IReadOnlyList<RedisServer> Servers => _cluster!.Servers;

    public string EndPoints => _cluster!.EndPoints;

    /// <summary>A unique key prefix.</summary>
    public string NextPrefix() => $"c{Interlocked.Increment(ref _prefixes):D}";

    public async Task InitializeAsync() => _cluster = await RedisCluster.StartAsync(_replicas, _nodeTimeout);

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}

/// <summary>One Cluster of three shards with a replica each, for all tests of a class.</summary>
public sealed class SharedReplicatedCluster() : SharedCluster(replicas: 1);

/// <summary>The same for tests without a failover: its replicas do not take over from a server that a busy machine holds up.</summary>
public sealed class SteadyReplicatedCluster() : SharedCluster(replicas: 1, TimeSpan.FromSeconds(30));

[CollectionDefinition(SharedCluster.Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's own word")]
public sealed class SharedClusterCollection : ICollectionFixture<SharedCluster>;
