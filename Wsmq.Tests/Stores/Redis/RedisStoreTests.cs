using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>The store contract on Redis.</summary>
public sealed class RedisStoreTests(SharedRedis redis) : JobContract, IClassFixture<SharedRedis>
{
    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        return await RedisHarness.StartAsync(redis.Server.EndPoint, redis.NextPrefix(), options);
    }
}

/// <summary>The same on a Cluster of three shards, where the addresses of a test are spread over all of them.</summary>
[Collection(SharedCluster.Name)]
public sealed class RedisClusterStoreTests(SharedCluster redis) : JobContract
{
    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        return await RedisHarness.StartAsync(redis.EndPoints, redis.NextPrefix(), options);
    }

    [Fact]
    public async Task A_crashed_node_is_removed_on_every_shard_and_a_running_one_is_not()
    {
        var prefix = redis.NextPrefix();
        await using var h = await RedisHarness.StartAsync(redis.EndPoints, prefix, new WsmqOptions());
        await using var admin = await AdminConnection.OpenAsync(redis.EndPoints);
        var (states, heard) = (new ActiveStates(admin.GetDatabase(), new RedisKeys(prefix, WsmqRedisOptions.ClusterBuckets), isCluster: true), 0);
        var addresses = Enumerable.Range(0, 30).Select(i => WsmqAddress.User($"u{i}")).ToArray();
        foreach (var address in addresses)
        {
            await h.Store.Signals.SubscribeAsync(address, _ => Interlocked.Increment(ref heard), default);
            await states.SetNodesAsync(address, "deadbeef" + await states.NodesAsync(address));
        }

        await h.AppendAsync([.. addresses.Select(a => h.New(a))]);
        await Eventually.That("the running node is signalled", () => Volatile.Read(ref heard) == addresses.Length);
        foreach (var address in addresses)
            (await states.NodesAsync(address)).Should().HaveLength(8).And.NotBe("deadbeef");
    }

    [Theory]
    [InlineData(null, WsmqRedisOptions.ClusterBuckets)]
    [InlineData(64, 64)]
    public async Task A_deployment_has_the_default_number_of_buckets_unless_it_was_set_up_with_another_one(int? first, int expected)
    {
        var prefix = redis.NextPrefix();
        await (await RedisHarness.StartAsync(redis.EndPoints, prefix, new WsmqOptions(), o => o.Buckets = first)).DisposeAsync();

        await using var h = await RedisHarness.StartAsync(redis.EndPoints, prefix, new WsmqOptions());

        h.Store.MessageLog.Appenders.Should().HaveCount(2 * expected, "each bucket has a lane for messages and one for jobs");
        var addresses = Enumerable.Range(0, 100).Select(i => WsmqAddress.User($"u{i}")).ToArray();
        addresses.Select(h.Store.MessageLog.AppenderOf).Should().OnlyContain(lane => lane < expected);
        await h.AppendAsync([.. addresses.Select(a => h.New(a))]);
        await using var admin = await AdminConnection.OpenAsync(redis.EndPoints);
        var keys = new RedisKeys(prefix, expected);
        foreach (var address in addresses)
            (await admin.GetDatabase().KeyExistsAsync(keys.Meta(address))).Should().BeTrue();
    }
}

internal sealed class RedisHarness(Func<RedisStore> make) : StoreHarness
{
    private RedisStore _store = make();

    public override IStore Store => _store;

    public static async Task<RedisHarness> StartAsync(string configuration, string prefix, WsmqOptions options, Action<WsmqRedisOptions>? configure = null)
    {
        var redis = new WsmqRedisOptions { Configuration = configuration, KeyPrefix = prefix };
        configure?.Invoke(redis);
        var harness = new RedisHarness(() => new RedisStore(
            Options.Create(options), Options.Create(redis), NullLogger<RedisStore>.Instance));
        await harness._store.StartAsync(default);
        return harness;
    }

    public override async Task RestartAsync()
    {
        await _store.DisposeAsync();
        _store = make();
        await _store.StartAsync(default);
    }

    public override ValueTask DisposeAsync() => _store.DisposeAsync();
}
