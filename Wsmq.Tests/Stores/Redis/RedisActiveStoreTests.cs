using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;

namespace Wsmq.Tests.Stores;

/// <summary>
/// The store contract on Redis, with a reader of every user's queue that a test appends to: its messages go to journals, and are settled
/// soon, as those of users who are connected.
/// </summary>
public sealed class RedisActiveStoreTests(SharedRedis redis) : StoreContract, IClassFixture<SharedRedis>
{
    private protected override async Task<StoreHarness> CreateAsync(Action<WsmqOptions> configure)
    {
        var options = new WsmqOptions();
        configure(options);
        var redisOptions = new WsmqRedisOptions
        {
            Configuration = redis.Server.EndPoint, KeyPrefix = redis.NextPrefix(), SettleAfter = TimeSpan.FromMilliseconds(100),
        };
        var harness = new ActiveHarness(() => new RedisStore(Options.Create(options), Options.Create(redisOptions), NullLogger<RedisStore>.Instance));
        await harness.Store.StartAsync(default);
        return harness;
    }

    private sealed class ActiveHarness(Func<RedisStore> make) : StoreHarness
    {
        private readonly ConcurrentDictionary<WsmqAddress, Task> _readers = new();
        private RedisStore _store = make();

        public override IStore Store => _store;

        public override async Task<AppendResult[]> AppendAsync(params AppendRequest[] requests)
        {
            var results = await base.AppendAsync(requests);
            foreach (var to in requests.Where((r, i) => r.To.Kind == WsmqAddressKind.User && results[i].IsStored).Select(r => r.To).Distinct())
                await _readers.GetOrAdd(to, SubscribeAsync);
            return results;
        }

        public override async Task RestartAsync()
        {
            await _store.DisposeAsync();
            _readers.Clear();
            _store = make();
            await _store.StartAsync(default);
        }

        public override ValueTask DisposeAsync() => _store.DisposeAsync();

        // After the first message, so that a test still sees whether that one creates its address. A test that listens itself has the one
        // subscription of the node.
        private async Task SubscribeAsync(WsmqAddress address)
        {
            if (_store.Signals is RedisSignals signals && !signals.Hears(address))
                await _store.Signals.SubscribeAsync(address, static _ => { }, default);
        }
    }
}
