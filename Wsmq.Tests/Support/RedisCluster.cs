namespace Wsmq.Tests.Support;

/// <summary>A real Redis Cluster of three shards, each with the given number of replicas.</summary>
public sealed class RedisCluster : IAsyncLifetime
{
    public const string Name = "redis cluster";

    private readonly List<RedisServer> _shards = [];
    private readonly int _replicas;
    private int _prefixes;

    public RedisCluster()
        : this(0)
    {
    }

    // xunit allows a single public constructor.
    internal RedisCluster(int replicas) => _replicas = replicas;

    public IReadOnlyList<RedisServer> Servers => _shards;

    public string EndPoints => string.Join(',', _shards.Select(s => s.EndPoint));

    public string NextPrefix() => $"c{Interlocked.Increment(ref _prefixes):D}";

    public async Task InitializeAsync()
    {
        // On a busy machine a server may not answer for seconds. The time-out is short only with replicas, which must detect a failure soon
        // to take over by themselves.
        var timeout = _replicas > 0 ? "5000" : "30000";
        while (_shards.Count < 3 * (1 + _replicas))
            _shards.Add(await RedisServer.StartAsync(appendOnly: false, "--cluster-enabled", "yes", "--cluster-node-timeout", timeout, "--cluster-announce-ip", "127.0.0.1"));
        await RedisShards.FormAsync(_shards, _replicas);
    }

    public async Task DisposeAsync()
    {
        foreach (var shard in _shards)
            await shard.DisposeAsync();
    }
}

[CollectionDefinition(RedisCluster.Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's own word")]
public sealed class RedisClusterCollection : ICollectionFixture<RedisCluster>;
