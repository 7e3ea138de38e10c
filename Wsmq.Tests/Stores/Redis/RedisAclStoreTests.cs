using Wsmq.Tests.Support;


namespace Wsmq.Tests.Stores;

/// <summary>The store contract on Redis, as an ACL user with exactly the permissions that the documents name.</summary>
public sealed class RedisAclStoreTests(ReplicatedRedis redis) : StoreContract, IClassFixture<ReplicatedRedis>
{
    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        foreach (var server in new[] { redis.Primary, redis.Replica })
            await AclUser.CreateAsync(server, [.. AclUser.Rules, .. AclUser.RulesFor("ReceiptReplicas")]);
        return await RedisHarness.StartAsync(
            $"{redis.Primary.EndPoint},{AclUser.Credentials}", "wsmq:" + redis.NextPrefix(), options,
            o => (o.ReceiptReplicas, o.ReplicaTimeout) = (1, TimeSpan.FromSeconds(9)));
    }
}

/// <summary>The same on a Cluster whose receipts wait for a replica of each shard.</summary>
public sealed class RedisAclClusterStoreTests(ReplicatedCluster redis) : StoreContract, IClassFixture<ReplicatedCluster>
{
    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        foreach (var server in redis.Servers)
        {
            await AclUser.CreateAsync(
                server, [.. AclUser.Rules, .. AclUser.RulesFor("ReceiptReplicas"), .. AclUser.RulesFor("a Cluster")]);
        }

        return await RedisHarness.StartAsync(
            $"{redis.EndPoints},{AclUser.Credentials}", "wsmq:" + redis.NextPrefix(), options,
            o => (o.ReceiptReplicas, o.ReplicaTimeout) = (1, TimeSpan.FromSeconds(9)));
    }
}

public sealed class ReplicatedCluster : IAsyncLifetime
{
    private readonly RedisCluster _cluster = new(replicas: 1);

    public IReadOnlyList<RedisServer> Servers => _cluster.Servers;

    public string EndPoints => _cluster.EndPoints;

    public string NextPrefix() => _cluster.NextPrefix();

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();
}
