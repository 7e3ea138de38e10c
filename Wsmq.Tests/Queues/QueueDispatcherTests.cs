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

    [Fact]
    public async Task A_job_that_a_consumer_of_its_own_node_waits_for_is_given_to_it_without_a_signal()
    {
        const int Jobs = 20;
        await using var h = await CreateAsync();
        await using var other = (await OtherNodeAsync(h))!;
        var heard = 0;
        await other.Store.Signals.SubscribeAsync(Queue, _ => Interlocked.Increment(ref heard), default);
        await using var dispatcher = await StartAsync(h);
        var consumer = Join(dispatcher, credit: 2);
        for (var i = 0; i < Jobs; i++)
        {
            await AddAsync(h, $"{i}");
            await Eventually.That("it is given", () => consumer.Given.Count > i);
            await consumer.SettleAsync(consumer.Given.Last());
        }

        // Not the first ones: the node asks the store itself when a consumer joins.
        await AddAsync(other, "last");
        await Eventually.That("the job of the other node is given", () => consumer.Given.Count > Jobs);
        Volatile.Read(ref heard).Should().BeLessThan(Jobs / 2);
    }

    [Fact]
    public async Task Jobs_that_are_stored_while_nobody_has_credit_are_given_when_there_is_some()
    {
        await using var h = await CreateAsync();
        await using var dispatcher = await StartAsync(h);
        var consumer = Join(dispatcher, credit: 1);
        await AddAsync(h, "1");
        await Eventually.That("the first one is given", () => consumer.Given.Count == 1);
        await AddAsync(h, "2");
        await consumer.SettleAsync(consumer.Given.Last());
        await Eventually.That("the second one is given", () => consumer.Given.Count == 2);
        await consumer.SettleAsync(consumer.Given.Last());
        await AddAsync(h, "3");

        await Eventually.That("the third one is given", () => consumer.Given.Count == 3);
        consumer.Bodies.Should().Equal("1", "2", "3");
    }
}
