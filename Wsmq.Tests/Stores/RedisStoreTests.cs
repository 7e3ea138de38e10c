using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wsmq.Server.Logs;
using Wsmq.Server.Redis;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>The Redis store keeps the contract.</summary>
[Collection(SharedRedis.Name)]
public sealed class RedisStoreTests(SharedRedis redis) : StoreContract
{
    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        return await RedisHarness.StartAsync(redis.Server.EndPoint, redis.NextPrefix(), options);
    }
}

internal sealed class RedisHarness(Func<RedisStore> make) : StoreHarness
{
    private RedisStore _store = make();

    public override IStore Store => _store;

    public static async Task<RedisHarness> StartAsync(string configuration, string prefix, WsmqOptions options)
    {
        var harness = new RedisHarness(() => new RedisStore(
            Options.Create(options),
            Options.Create(new WsmqRedisOptions { Configuration = configuration, KeyPrefix = prefix }),
            NullLogger<RedisStore>.Instance));
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
