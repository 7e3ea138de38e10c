using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Queues;

public sealed class SqliteQueueDispatcherTests : QueueDispatcherContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override async Task<StoreHarness> CreateAsync() => await SqliteHarness.StartAsync(_folder.File("wsmq.db"));
}

public sealed class RedisQueueDispatcherTests(SharedRedis redis) : QueueDispatcherContract, IClassFixture<SharedRedis>
{
    private string _prefix = "";

    private protected override async Task<StoreHarness> CreateAsync()
    {
        _prefix = redis.NextPrefix();
        return await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
    }

    private protected override async Task<StoreHarness?> OtherNodeAsync(StoreHarness first) =>
        await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
}
