namespace Wsmq.Tests.Stores;

/// <summary>The store contract on Redis with receipts that wait for a replica.</summary>
public sealed class ReplicaStoreTests(SharedReplicatedRedis redis) : StoreContract, IClassFixture<SharedReplicatedRedis>
{
    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        return await RedisHarness.StartAsync(
            redis.Redis.Primary.EndPoint, redis.NextPrefix(), options,
            o => (o.ReceiptReplicas, o.ReplicaTimeout) = (1, TimeSpan.FromSeconds(9)));
    }
}
