using Wsmq.Tests.Support;


namespace Wsmq.Tests.Stores;

/// <summary>The store contract on Redis with receipts that wait for a replica.</summary>
public sealed class ReplicaStoreTests(ReplicatedRedis redis) : StoreContract, IClassFixture<ReplicatedRedis>
{
    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        return await RedisHarness.StartAsync(
            redis.Primary.EndPoint, redis.NextPrefix(), options, o => (o.ReceiptReplicas, o.ReplicaTimeout) = (1, TimeSpan.FromSeconds(9)));
    }
}
