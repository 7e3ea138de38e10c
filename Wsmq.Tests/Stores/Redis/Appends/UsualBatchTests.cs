using System.Collections.Concurrent;
using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>
/// Batches of which the beginning of the script does a part: logs of groups and of users who are away beside journals, and what is noticed
/// only after a log was appended to.
/// </summary>
public sealed class UsualBatchTests(SharedRedis redis) : IClassFixture<SharedRedis>, IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly WsmqAddress Cat = WsmqAddress.User("cat");
    private static readonly WsmqAddress Dan = WsmqAddress.User("dan");
    private static readonly WsmqAddress Team = WsmqAddress.Group("team");
    private static readonly WsmqAddress Ops = WsmqAddress.Group("ops");

    private readonly string _prefix = redis.NextPrefix();
    private readonly ConcurrentDictionary<WsmqAddress, ConcurrentQueue<Signal>> _heard = new();
    private readonly Producer _producer = new("ann", "p", 1, 256);
    private ConnectionMultiplexer _admin = null!;
    private RedisHarness _node = null!;
    private RedisKeys _keys = null!;
    private int _number;

    public async Task InitializeAsync()
    {
        _keys = new RedisKeys(_prefix, 64);
        _admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        _node = await StartAsync();

        // Bob keeps up, Cat's phone is away, nobody reads Dan's messages.
        await ListenAsync(_node, Bob, Cat, Team);
        await _node.OpenAsync("bob", "laptop");
        foreach (var device in new[] { "laptop", "phone" })
            await _node.OpenAsync("cat", device);
        foreach (var address in new[] { Bob, Cat, Dan, Team, Ops })
            await _node.AddAsync(address, "first");
        await _node.AckAsync("bob", "laptop", (await _node.StateAsync(Bob)).Tail);
        await _node.AckAsync("cat", "laptop", (await _node.StateAsync(Cat)).Tail);
        await NumberAsync(_node);
        await Eventually.That("the first ones are signalled", () => Heard(Bob).Length + Heard(Cat).Length + Heard(Team).Length == 3);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _admin.DisposeAsync();
    }

    // The node learns the state of the producer.
    private Task NumberAsync(RedisHarness node) => node.AppendAsync(Message(WsmqAddress.User("eve"), ++_number, isNumbered: true));

    private IDatabase Database => _admin.GetDatabase();

    private Task<RedisHarness> StartAsync() => RedisHarness.StartAsync(
        redis.Server.EndPoint, _prefix, new WsmqOptions(), o => o.SettleAfter = TimeSpan.FromMinutes(1));

    private async Task ListenAsync(RedisHarness node, params WsmqAddress[] addresses)
    {
        foreach (var address in addresses)
            await node.Store.Signals.SubscribeAsync(address, _heard.GetOrAdd(address, _ => new ConcurrentQueue<Signal>()).Enqueue, default);
    }

    private string[] Heard(WsmqAddress address) => [.. _heard[address].Select(s => StoreHarness.Text(s.Entry!))];

    private async Task<string[]> TextsAsync(WsmqAddress address) => [.. (await _node.ReadAsync(address)).Entries.Select(StoreHarness.Text)];

    private Task<long> InLogAsync(WsmqAddress address) => Database.StreamLengthAsync(_keys.Log(address));

    // Some messages have ids, some numbers, or all the same.
    private AppendRequest[] Messages(string kind, params WsmqAddress[] to) =>
        [.. to.Select((address, i) => Message(address, ++_number, kind == "numbers" || (kind == "both" && i % 2 == 0)))];

    private AppendRequest Message(WsmqAddress to, int number, bool isNumbered)
    {
        var message = StoreHarness.Message(to, "ann", $"{number}", $"{number}");
        return isNumbered ? message with { Number = new MessageNumber(_producer, number) } : message;
    }

    public static TheoryData<string> Kinds => ["ids", "numbers", "both"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_batch_for_logs_and_journals_is_stored_and_signalled_in_order(string kind)
    {
        for (var round = 0; round < 3; round++)
        {
            var batch = Messages(kind, Team, Bob, Dan, Team, Cat, Ops, Team, Dan);
            await ClearCountsAsync();
            var results = await _node.AppendAsync(batch);
            if (round == 2)
                (await LooksAtTheClockAsync()).Should().Be(1, "the rest of the script looks at it again");

            Outcomes(results).Should().OnlyContain(outcome => outcome == "new");
            foreach (var ofAddress in batch.Zip(results).GroupBy(x => x.First.To))
            {
                var entries = (await _node.ReadAsync(ofAddress.Key)).Entries;
                var last = entries.TakeLast(ofAddress.Count()).ToArray();
                last.Select(StoreHarness.Text).Should().Equal(ofAddress.Select(x => x.First.Id));
                last.Select(e => e.Position).Should().Equal(ofAddress.Select(x => x.Second.Position));
                entries.Skip(1).Select(e => e.Previous).Should().Equal(entries.SkipLast(1).Select(e => e.Position));
                (await _node.StateAsync(ofAddress.Key)).Tail.Should().Be(ofAddress.Last().Second.Position);
            }

            (await _node.AppendAsync(batch)).Should().OnlyContain(r => r.Duplicate);
            foreach (var address in new[] { Bob, Cat, Team })
                await Eventually.That("all are signalled once", () => Heard(address).Length == 1 + ((round + 1) * batch.Count(m => m.To == address)));
        }

        Heard(Team).Should().Equal(await TextsAsync(Team));
        Heard(Cat).Should().Equal(await TextsAsync(Cat));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_foreign_key_in_place_of_the_second_log_fails_its_messages_only(string kind)
    {
        var state = await Database.KeyDumpAsync(_keys.Log(Ops));
        await Database.StringSetAsync(_keys.Log(Ops), "foreign");
        var batch = Messages(kind, Team, Ops, Bob, Dan, Ops, Team);

        var results = await _node.AppendAsync(batch);
        var repeated = await _node.AppendAsync(batch);

        Outcomes(results).Should().Equal("new", "corrupt", "new", "new", "corrupt", "new");
        Outcomes(repeated).Should().Equal("known", "corrupt", "known", "known", "corrupt", "known");
        (await TextsAsync(Team)).Should().Equal("first", batch[0].Id, batch[5].Id);
        (await TextsAsync(Dan)).Should().Equal("first", batch[3].Id);
        await Eventually.That("all are signalled", () => Heard(Team).Length == 3 && Heard(Bob).Length == 2);

        await Database.KeyDeleteAsync(_keys.Log(Ops));
        await Database.KeyRestoreAsync(_keys.Log(Ops), state!);
        Outcomes(await _node.AppendAsync(batch)).Should().Equal("known", "new", "known", "known", "new", "known");
        (await TextsAsync(Ops)).Should().Equal("first", batch[1].Id, batch[4].Id);
        (await InLogAsync(Team)).Should().Be(3);
        Heard(Team).Should().HaveCount(3);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_log_with_an_entry_past_its_tail_fails_its_messages_only(string kind)
    {
        await Database.StreamAddAsync(_keys.Log(Ops), "x", "y", messageId: $"{WsmqPosition.MaxValue}-0");
        var batch = Messages(kind, Team, Ops, Bob);

        Outcomes(await _node.AppendAsync(batch)).Should().Equal("new", "corrupt", "new");
        Outcomes(await _node.AppendAsync(batch)).Should().Equal("known", "corrupt", "known");
        (await InLogAsync(Team)).Should().Be(2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_first_batch_of_a_node_with_a_journal_stores_what_goes_to_logs_once(string kind)
    {
        await using var other = await StartAsync();
        await ListenAsync(other, Bob);

        // It learns that Bob is there, and has no journal yet.
        await other.AddAsync(Bob, "second");
        await _node.AckAsync("bob", "laptop", (await _node.StateAsync(Bob)).Tail);
        await other.AddAsync(Bob, "third");
        await NumberAsync(other);
        await Database.KeyDeleteAsync([.. _admin.GetServers()[0].Keys(pattern: $"{_prefix}:*:journal:*")]);
        var batch = Messages(kind, Team, Bob, Dan, Cat);

        var results = await other.AppendAsync(batch);

        Outcomes(results).Should().Equal("new", "new", "new", "new");
        Outcomes(await other.AppendAsync(batch)).Should().Equal("known", "known", "known", "known");
        foreach (var (address, i) in new[] { (Team, 0), (Dan, 2), (Cat, 3) })
            (await TextsAsync(address)).Should().Equal("first", batch[i].Id);
        (await TextsAsync(Bob)).Should().EndWith(batch[1].Id);
        await Eventually.That("they are signalled", () => Heard(Team).Length == 2 && Heard(Cat).Length == 2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_message_that_may_not_create_its_address_is_refused_beside_others(string kind)
    {
        var batch = Messages(kind, Team, WsmqAddress.User("nobody"), Dan);
        batch[1] = batch[1] with { MayCreate = false };

        Outcomes(await _node.AppendAsync(batch)).Should().Equal("new", "refused", "new");
        Outcomes(await _node.AppendAsync(batch)).Should().Equal("known", "refused", "known");
    }

    [Theory]
    [InlineData("consumed", 60)]
    [InlineData("base", 44)]
    [InlineData("tail", 0)]
    public async Task A_corrupt_state_of_a_user_who_is_away_fails_the_users_messages_only(string _, int at)
    {
        await _node.Store.MessageLog.ReadAsync(Cat, default, 1, 1, default);
        await _node.AppendAsync([.. Enumerable.Range(0, 20).Select(i => Message(Cat, ++_number, isNumbered: false))]);
        await _node.ReadAsync(Cat);
        var states = $"{_prefix}:{{0}}:active";
        var field = (await Database.HashGetAllAsync(states)).Single(f => ((string)f.Name!).EndsWith("cat", StringComparison.Ordinal));
        var state = ((string)field.Value!).ToCharArray();
        state[76].Should().Be('O', "the phone is away");
        "                ".CopyTo(0, state, at, 16);
        await Database.HashSetAsync(states, field.Name, new string(state));

        Outcomes(await _node.AppendAsync(Messages("ids", Team, Cat, Dan))).Should().Equal("new", "corrupt", "new");
        (await TextsAsync(Team)).Should().HaveCount(2);
    }

    [Fact]
    public async Task The_bytes_of_large_messages_are_counted()
    {
        var before = (long)await Database.HashGetAsync(_keys.Meta(Team), "b");
        AppendRequest[] large = [.. new[] { 700, 5_000 }.Select(size => StoreHarness.Message(Team, "ann", $"{size}", new string('x', size)))];
        await _node.AppendAsync(large[0], StoreHarness.Message(Team, "ann", "small"), large[1]);

        ((long)await Database.HashGetAsync(_keys.Meta(Team), "b") - before).Should().Be(large.Sum(m => m.Bytes), "small ones are not counted");
    }

    [Fact]
    public async Task A_node_that_is_gone_is_removed_from_logs()
    {
        await Database.HashSetAsync(_keys.Meta(Team), "n", "deadbeef" + await Database.HashGetAsync(_keys.Meta(Team), "n"));

        await _node.AppendAsync(Messages("ids", Team, Dan));

        ((string)(await Database.HashGetAsync(_keys.Meta(Team), "n"))!).Should().HaveLength(8).And.NotBe("deadbeef");
        await Eventually.That("it is signalled", () => Heard(Team).Length == 2);
    }

    private Task ClearCountsAsync() => _admin.GetServers()[0].ExecuteAsync("CONFIG", "RESETSTAT");

    private async Task<long> LooksAtTheClockAsync()
    {
        var time = (await _admin.GetServers()[0].InfoAsync("commandstats")).SelectMany(group => group).Single(line => line.Key == "cmdstat_time");
        return long.Parse(time.Value["calls=".Length..time.Value.IndexOf(',', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Outcomes(IEnumerable<AppendResult> results) =>
        results.Select(r => r == AppendResult.Corrupt ? "corrupt" : r.Duplicate ? "known" : r.Position > WsmqPosition.Start ? "new" : "refused");
}
