namespace Wsmq.Tests.Stores;

/// <summary>The store contract on Redis, as an ACL user with exactly the permissions that the documents name.</summary>
public sealed class RedisAclStoreTests(SharedReplicatedRedis redis) : JobContract, IClassFixture<SharedReplicatedRedis>
{
    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        foreach (var server in new[] { redis.Redis.Primary, redis.Redis.Replica })
            await AclUser.CreateAsync(server, [.. AclUser.Rules, .. AclUser.RulesFor("ReceiptReplicas")]);
        return await RedisHarness.StartAsync(
            $"{redis.Redis.Primary.EndPoint},{AclUser.Credentials}", "wsmq:" + redis.NextPrefix(), options,
            o => (o.ReceiptReplicas, o.ReplicaTimeout) = (1, TimeSpan.FromSeconds(9)));
    }
}

/// <summary>The same on a Cluster whose receipts wait for a replica of each shard.</summary>
public sealed class RedisAclClusterStoreTests(SteadyReplicatedCluster redis) : StoreContract, IClassFixture<SteadyReplicatedCluster>
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
