using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>An append that fails within or after a log's items: the content of the log stays known, and its readers are notified.</summary>
[Collection(SharedRedis.Name)]
public sealed class DamagedAppendTests(SharedRedis redis) : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    private readonly string _prefix = redis.NextPrefix();
    private ConnectionMultiplexer _admin = null!;
    private RedisHarness _store = null!;

    private IDatabase Redis => _admin.GetDatabase();

    private RedisKeys Keys => new(_prefix, 64);

    public async Task InitializeAsync()
    {
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        var options = new WsmqOptions();
        options.Retention.MaxBytes = 4_000_000;
        _store = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, options);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _admin.DisposeAsync();
    }

    [Theory]
    [InlineData("b", "hello")]
    [InlineData("b", "")]
    [InlineData("b", "nan")]
    [InlineData("b", "inf")]
    [InlineData("b", "-1")]
    [InlineData("b", "9999999999999999")]
    [InlineData("m", "hello")]
    [InlineData("m", "\0\u00ff")]
    [InlineData("m", "hello world, this is text ab")]
    public async Task Corrupt_byte_counts_in_the_metadata_of_a_log_count_as_zero(string field, string garbage)
    {
        var first = await _store.AddAsync(Bob);
        await Redis.HashSetAsync(Keys.Meta(Bob), field, garbage);

        // Stored twice, in the metadata as well: together more than a sixteenth of the byte limit, so that a mark is written.
        var results = await _store.AppendAsync(_store.New(Bob), _store.New(Bob, new string('x', 300_000)), _store.New(Bob));

        results.Should().NotContain(r => r.IsCorrupt);
        var entries = (await _store.ReadAsync(Bob)).Entries;
        entries.Select(e => e.Position).Should().Equal([first, .. results.Select(r => r.Position)]);
        entries.Skip(1).Select(e => e.Previous).Should().Equal(entries.SkipLast(1).Select(e => e.Position));
    }

    [Fact]
    public async Task Items_before_the_failed_one_are_stored_and_the_tail_advances_to_the_last_of_them()
    {
        var last = new WsmqPosition(WsmqPosition.MaxValue);
        await _store.AddAsync(Bob);
        await Redis.HashSetAsync(Keys.Meta(Bob), "t", new WsmqPosition(WsmqPosition.MaxValue - 1).ToString());
        var heard = new List<WsmqPosition>();
        await _store.Store.Signals.SubscribeAsync(Bob, s => heard.Add(s.Position), default);

        var results = await _store.AppendAsync(_store.New(Bob), _store.New(Bob), _store.New(Bob));

        results.Select(r => r.IsCorrupt).Should().Equal(false, true, true);
        results[0].Position.Should().Be(last);
        (await _store.StateAsync(Bob)).Tail.Should().Be(last);
        await Eventually.That("the stored position was signalled", () => heard.Count == 1 && heard[0] == last);
    }

    [Fact]
    public async Task A_crashed_node_and_a_corrupt_address_in_one_batch_do_not_prevent_the_signal_to_a_live_node()
    {
        var (spoilt, heard) = (WsmqAddress.User("spoilt"), 0);
        await Redis.StringSetAsync(Keys.Meta(spoilt), "hello");
        await _store.Store.Signals.SubscribeAsync(Bob, _ => Interlocked.Increment(ref heard), default);
        var states = new ActiveStates(Redis, Keys);
        var here = await states.NodesAsync(Bob);
        await states.SetNodesAsync(Bob, string.Concat(Enumerable.Range(0, 8).Select(i => $"deadbee{i}")) + here);

        var results = await _store.AppendAsync(_store.New(spoilt), _store.New(Bob));

        results.Select(r => r.IsCorrupt).Should().Equal(true, false);
        await Eventually.That("the live node was signalled", () => Volatile.Read(ref heard) == 1);
        (await states.NodesAsync(Bob)).Should().Be(here);
    }
}
