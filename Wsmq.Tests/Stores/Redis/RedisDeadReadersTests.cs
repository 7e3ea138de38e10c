using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>The lists of readers that may have dead letters: they do not outgrow the dead letters.</summary>
[Collection(SharedRedis.Name)]
public sealed class RedisDeadReadersTests(SharedRedis redis) : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly WsmqAddress Team = WsmqAddress.Group("team");

    private readonly string _prefix = redis.NextPrefix();
    private ConnectionMultiplexer _admin = null!;

    private RedisKeys Keys => new(_prefix, 1);

    private IDatabase Database => _admin.GetDatabase();

    public async Task InitializeAsync() => _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);

    public async Task DisposeAsync() => await _admin.DisposeAsync();

    [Fact]
    public async Task The_reader_is_forgotten_with_its_last_dead_letter()
    {
        await using var h = await StartAsync();
        await h.OpenAsync("bob", "phone");
        var keys = new[] { await DeadLetterAsync(h, Bob), await DeadLetterAsync(h, Bob) };
        (await ReadersAsync()).Should().Equal("user:bob");

        await h.Store.DeadLetters.RemoveAsync(keys[0], "bob", default);
        (await ReadersAsync()).Should().Equal("user:bob");
        await h.Store.DeadLetters.RemoveAsync(keys[1], "bob", default);

        (await ReadersAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_reader_is_forgotten_when_the_user_leaves_the_group()
    {
        await using var h = await StartAsync();
        await h.Store.Memberships.AddAsync("team", "bob", default);
        await DeadLetterAsync(h, Team);
        (await ReadersAsync()).Should().Equal("group:team:bob");

        await h.Store.Memberships.RemoveAsync("team", "bob", default);

        (await ReadersAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Each_dead_letter_removes_a_few_readers_whose_dead_letters_have_expired()
    {
        await using var h = await StartAsync();
        await h.OpenAsync("bob", "phone");
        foreach (var n in Enumerable.Range(0, 4))
        {
            await Database.SortedSetAddAsync(Keys.DeadReaders(0), $"user:u{n}", 0);
            await Database.SortedSetAddAsync(Keys.DeadEnds(0), $"user:u{n}", 1_000 + n);
        }

        await DeadLetterAsync(h, Bob);
        (await ReadersAsync()).Should().Equal("user:bob", "user:u2", "user:u3");
        await DeadLetterAsync(h, Bob);

        (await ReadersAsync()).Should().Equal("user:bob");
    }

    [Fact]
    public async Task A_list_finds_the_dead_letters_of_an_earlier_version_and_forgets_a_reader_without_any()
    {
        await using var h = await StartAsync();
        await h.OpenAsync("bob", "phone");
        var key = await DeadLetterAsync(h, Bob);
        await Database.KeyDeleteAsync([Keys.DeadReaders(0), Keys.DeadEnds(0)]);

        (await h.Store.DeadLetters.ListAsync(Bob, "bob", default)).Should().ContainSingle();
        (await ReadersAsync()).Should().Equal("user:bob");
        await Database.KeyDeleteAsync([Keys.Of(Bob).DeadOf("bob"), Keys.Of(Bob).DeadPlacesOf("bob")]);
        (await h.Store.DeadLetters.ListAsync(Bob, "bob", default)).Should().BeEmpty();

        (await ReadersAsync()).Should().BeEmpty();
        (await h.Store.DeadLetters.ReadAsync(key, "bob", default)).Should().BeNull();
    }

    private static async Task<DeadLetterKey> DeadLetterAsync(StoreHarness h, WsmqAddress source)
    {
        if (source == Team)
            await h.OpenGroupAsync("team", "bob", "phone");
        var request = new NackRequest(source, "bob", "phone", await h.AddAsync(source), NackKind.Final, "why");
        (await h.Store.DeadLetters.NackAsync(request, default)).Outcome.Should().Be(NackOutcome.DeadLettered);
        return request.Key;
    }

    private Task<RedisHarness> StartAsync() =>
        RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions(), o => o.Buckets = 1);

    // Both lists have the same readers.
    private async Task<string[]> ReadersAsync()
    {
        var ends = (await Database.SortedSetRangeByRankAsync(Keys.DeadEnds(0))).Select(n => (string)n!).Order(StringComparer.Ordinal);
        var index = (await Database.SortedSetRangeByRankAsync(Keys.DeadReaders(0))).Select(n => (string)n!).ToArray();
        ends.Should().Equal(index);
        return index;
    }
}
