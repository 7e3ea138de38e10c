using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>Foreign data among tracked positions fails no ack, and moves no cursor elsewhere.</summary>
[Collection(SharedRedis.Name)]
public sealed class DamagedTrackingTests(SharedRedis redis) : DamagedStoreTest(redis)
{
    private const int Count = ITrackingStore.MostAtOnce + 40;

    [Theory]
    [InlineData("foreign")]
    [InlineData("0000000000000001")]
    [InlineData("9999999999999999")]
    public async Task A_foreign_member_where_a_step_of_an_ack_ends_becomes_no_cursor(string member)
    {
        var positions = await AddAsync();
        const int Before = ITrackingStore.MostAtOnce - 2;
        await Redis.SortedSetAddAsync(IndexKey(), member, positions[Before].Value + 0.5);

        (await Store.AckAsync("bob", "phone", positions[^1])).Should().Be(AckResult.Done);

        (await Store.OpenAsync("bob", "phone")).Should().Be(positions[^1]);
        foreach (var position in positions[..(Before + 1)])
            (await Store.Store.Tracking.ReadAsync(Bob, position, null, null, default))!.Acknowledged.Should().Be(1);
    }

    [Fact]
    public async Task A_foreign_key_in_the_place_of_the_positions_fails_no_ack()
    {
        var positions = await AddAsync();
        var index = IndexKey();
        await Redis.KeyDeleteAsync(index);
        await Redis.StringSetAsync(index, "foreign");

        (await Store.AckAsync("bob", "phone", positions[^1])).Should().Be(AckResult.Done);

        (await Store.OpenAsync("bob", "phone")).Should().Be(positions[^1]);
    }

    private RedisKey IndexKey() => Keys().Single(k => k.Contains(":tracked:", StringComparison.Ordinal) && k.EndsWith(":bob", StringComparison.Ordinal));

    private async Task<WsmqPosition[]> AddAsync()
    {
        await Store.OpenAsync("bob", "phone");
        var results = await Store.AppendAsync([.. Enumerable.Range(0, Count).Select(i => StoreHarness.Message(Bob, "ann", $"{i}") with
        {
            Log = new LogTerms
            {
                Track = new TrackTerms { Sender = "user:ann", Id = $"{i}", Retention = TimeSpan.FromHours(1).Micros(), MaxReaders = 9 },
            },
        })]);
        return [.. results.Select(r => r.Position)];
    }
}
