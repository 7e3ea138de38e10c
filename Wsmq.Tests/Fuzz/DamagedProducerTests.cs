using CsCheck;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>A corrupt state of a producer affects this producer only, and none of its messages is stored twice.</summary>
[Collection(SharedRedis.Name)]
public sealed class DamagedProducerTests(SharedRedis redis) : DamagedStoreTest(redis)
{
    [Fact]
    public async Task A_damaged_state_of_a_producer_fails_no_call_and_affects_no_other_producer()
    {
        var runs = 0;
        await Damages(80, 30).SampleAsync(
            async damage =>
            {
                var (producer, other) = (ProducerOf($"p{Interlocked.Increment(ref runs)}"), ProducerOf($"other{runs}"));
                await AppendAsync(producer, 1, 2, 4, 9);
                var (key, field) = (Key(":producers:"), (RedisValue)producer.KeyBytes());
                var damaged = damage((string)(await Redis.HashGetAsync(key, field))!);
                await SetAsync(key, field, damaged);

                var results = await Store.AppendAsync([.. new[] { 2, 3, 10 }.Select(n => Numbered(producer, n)), Numbered(other, 1)]);

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
        Keys().Should().Contain(k => k.Contains(":producers:")).And.NotContain(k => k.Contains(":ids:"));

        await Store.AppendAsync(StoreHarness.Message(Bob, "ann", "an id"), Numbered(ProducerOf("p"), 4));
        (await Redis.HashLengthAsync(Key(":ids:"))).Should().Be(2, "the id, and the number of the slice");
    }

    private Task<AppendResult[]> AppendAsync(Producer producer, params int[] numbers) =>
        Store.AppendAsync([.. numbers.Select(n => Numbered(producer, n))]);

    private static AppendRequest Numbered(Producer producer, int number) =>
        StoreHarness.Message(Bob, "ann", $"{producer.Name}-{number}") with { Number = new MessageNumber(producer, number) };

    private static Producer ProducerOf(string name) => new("ann", name, 1, 8);
}
