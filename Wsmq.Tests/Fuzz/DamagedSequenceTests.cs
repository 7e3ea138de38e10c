using CsCheck;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>A corrupt state of a sequence affects this sequence only, and others have no key of it.</summary>
[Collection(SharedRedis.Name)]
public sealed class DamagedSequenceTests(SharedRedis redis) : DamagedStoreTest(redis)
{
    private static readonly WsmqAddress Jobs = WsmqAddress.Work("jobs");

    [Fact]
    public async Task A_damaged_state_of_a_sequence_fails_no_call_and_affects_no_other_sequence()
    {
        var runs = 0;
        await Damages(200, 60).SampleAsync(
            async damage =>
            {
                var (producer, other) = ($"p{Interlocked.Increment(ref runs)}", $"other{runs}");
                await Store.AppendAsync(Placed(producer, 1), Placed(producer, 2), Placed(producer, 3));
                var (key, field) = (Key(":sequences:"), (RedisValue)TermsOf(producer, 1).Key);
                var state = (string)(await Redis.HashGetAsync(key, field))!;
                var damaged = damage(state);
                await SetAsync(key, field, damaged);

                var results = await Store.AppendAsync(Placed(producer, 2), Placed(producer, 4), Placed(other, 1));

                if (SequenceState.Parse(damaged) is null)
                    results[..2].Should().OnlyContain(r => r.IsOutOfSequence);
                results[2].Should().Match<AppendResult>(r => r.IsStored && !r.Duplicate);
                (await Store.AppendAsync(Placed(other, 1), Placed(other, 2))).Select(r => r.Duplicate).Should().Equal(true, false);
            },
            iter: 300, threads: 1);
    }

    [Fact]
    public async Task A_foreign_key_in_the_place_of_the_sequences_fails_their_messages_alone()
    {
        await Store.AppendAsync(Placed("p", 1));
        var key = Key(":sequences:");
        await Redis.KeyDeleteAsync(key);
        await Redis.StringSetAsync(key, "foreign");
        var results = await Store.AppendAsync(StoreHarness.Message(Bob, "ann", "before"), Placed("p", 2), StoreHarness.Message(Bob, "ann", "after"));
        results.Select(r => (r.IsStored, r.IsCorrupt)).Should().Equal((true, false), (false, true), (true, false));
        var jobs = await Store.AppendAsync(StoreHarness.Message(Jobs, "ann", "before"), Placed("p", 1, Jobs), StoreHarness.Message(Jobs, "ann", "after"));
        jobs.Select(r => (r.IsStored, r.IsCorrupt)).Should().Equal((true, false), (false, true), (true, false));
    }

    [Fact]
    public async Task Only_a_message_with_a_place_makes_a_key_and_remembers_no_id()
    {
        await Store.AppendAsync(StoreHarness.Message(Bob, "ann", "an id"));
        await Store.AppendAsync(StoreHarness.Message(Jobs, "ann", "an id"));
        Keys().Should().NotContain(k => k.Contains(":sequences:"));
        await Store.AppendAsync(Placed("p", 1));
        Keys().Should().Contain(k => k.Contains(":sequences:"));
        await Store.AppendAsync(Placed("p", 1, Jobs));
        Keys().Should().ContainSingle(k => k.Contains(":sequences:"), "those of jobs are in the same hash");
        foreach (var ids in Keys().Where(k => k.Contains(":ids:")))
            (await Redis.HashLengthAsync(ids)).Should().Be(2, "the id, and the number of the slice");
        (await Redis.KeyTimeToLiveAsync(Key(":sequences:"))).Should().BeCloseTo(TimeSpan.FromDays(60) + TimeSpan.FromHours(1), TimeSpan.FromMinutes(5));
    }

    private static SequenceTerms TermsOf(string producer, long number, WsmqAddress? to = null) =>
        SequenceTerms.Of("ann", new WsmqSequence(producer, 1, number), to ?? Bob, $"{producer}-{number}", TimeSpan.FromDays(30));

    private static AppendRequest Placed(string producer, long number, WsmqAddress? to = null) =>
        StoreHarness.Message(to ?? Bob, "ann", $"{producer}-{number}") with { Log = new LogTerms { Sequence = TermsOf(producer, number, to) } };
}
