using CsCheck;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>A corrupt state of a producer affects this producer only, and none of its messages is stored twice.</summary>
[Collection(SharedRedis.Name)]
public sealed class DamagedProducerTests(SharedRedis redis) : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    private static readonly Gen<(int At, int Cut, string Text)> GenDamage = Gen.Select(
        Gen.Int[0, 80], Gen.Int[0, 80], Gen.Frequency((2, Gen.String[Gen.Char['\0', '\u00ff'], 0, 30]), (1, Gen.String[Gen.Char['0', '9'], 0, 30])));

    private readonly string _prefix = redis.NextPrefix();
    private ConnectionMultiplexer _admin = null!;
    private RedisHarness _store = null!;

    private IDatabase Redis => _admin.GetDatabase();

    public async Task InitializeAsync()
    {
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        _store = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _admin.DisposeAsync();
    }

    [Fact]
    public async Task A_damaged_state_of_a_producer_fails_no_call_and_affects_no_other_producer()
    {
        var runs = 0;
        await GenDamage.SampleAsync(
            async damage =>
            {
                var (producer, other) = (ProducerOf($"p{Interlocked.Increment(ref runs)}"), ProducerOf($"other{runs}"));
                await AppendAsync(producer, 1, 2, 4, 9);
                var state = (string)(await StateAsync(producer))!;
                var damaged = state[..Math.Min(damage.At, state.Length)] + damage.Text + state[Math.Min(damage.At + damage.Cut, state.Length)..];
                await SetStateAsync(producer, damaged);

                var results = await _store.AppendAsync([.. new[] { 2, 3, 10 }.Select(n => Numbered(producer, n)), Numbered(other, 1)]);

                results[3].Should().Match<AppendResult>(r => r.IsStored && !r.Duplicate);
                if (ProducerState.Parse(damaged) is null)
                    results[..3].Should().OnlyContain(r => r.IsOutOfSequence);
                (await AppendAsync(other, 1, 2)).Select(r => r.Duplicate).Should().Equal(true, false);
            },
            iter: 300, threads: 1);
    }

    [Fact]
    public async Task A_message_of_a_producer_touches_no_remembered_id()
    {
        await AppendAsync(ProducerOf("p"), 1, 2, 3);
        var keys = _admin.GetServers()[0].Keys(pattern: $"{_prefix}:*").Select(k => (string)k!).ToArray();
        keys.Should().Contain(k => k.Contains(":producers:")).And.NotContain(k => k.Contains(":ids:"));

        await _store.AppendAsync(StoreHarness.Message(Bob, "ann", "an id"), Numbered(ProducerOf("p"), 4));
        var ids = _admin.GetServers()[0].Keys(pattern: $"{_prefix}:*:ids:*").Single();
        (await Redis.HashLengthAsync(ids)).Should().Be(2, "the id, and the number of the slice");
    }

    private Task<AppendResult[]> AppendAsync(Producer producer, params int[] numbers) =>
        _store.AppendAsync([.. numbers.Select(n => Numbered(producer, n))]);

    private static AppendRequest Numbered(Producer producer, int number) =>
        StoreHarness.Message(Bob, "ann", $"{producer.Name}-{number}") with { Number = new MessageNumber(producer, number) };

    private static Producer ProducerOf(string name) => new("ann", name, 1, 8);

    private RedisKey Key() => _admin.GetServers()[0].Keys(pattern: $"{_prefix}:*:producers:*").Single();

    private Task<RedisValue> StateAsync(Producer producer) => Redis.HashGetAsync(Key(), producer.KeyBytes());

    private Task SetStateAsync(Producer producer, string text) =>
        Redis.HashSetAsync(Key(), producer.KeyBytes(), text.Select(c => (byte)c).ToArray());
}
