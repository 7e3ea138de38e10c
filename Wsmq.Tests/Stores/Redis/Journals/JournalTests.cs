using System.Collections.Concurrent;
using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Where the messages of users who are connected are: in the journal of the node that stored them, or in their logs.</summary>
public sealed partial class JournalTests : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private static readonly WsmqAddress Cat = WsmqAddress.User("cat");
    private static readonly RedisKeys Keys = new("t", 64);
    private static readonly LaneKeys Lane = Keys.OfLane(0, "", TimeSpan.FromMinutes(2));

    private RedisServer _redis = null!;
    private ConnectionMultiplexer _admin = null!;

    // Settles nothing by itself within a test.
    private RedisHarness _node = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _admin = await AdminConnection.OpenAsync(_redis.EndPoint);
        _node = await StartAsync(TimeSpan.FromMinutes(1));
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _admin.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private IDatabase Database => _admin.GetDatabase();

    private ActiveStates States => new(Database, Keys);

    private Task<RedisHarness> StartAsync(TimeSpan settleAfter, long bytes = 1 << 20, TimeSpan? grace = null) => RedisHarness.StartAsync(
        _redis.EndPoint, "t", new WsmqOptions { Delivery = { AckGrace = grace ?? settleAfter } }, o => (o.SettleAfter, o.JournalBytes) = (settleAfter, bytes));

    private async Task<string[]> KeysAsync(string pattern) => (string[])(await Database.ExecuteAsync("KEYS", $"t:{{0}}:{pattern}"))!;

    // An entry without heads has no messages: nothing was as the node knew.
    private async Task<long> JournaledAsync() => (await KeysAsync("heads:*")).Length;

    private Task<long> InLogAsync(WsmqAddress address) => Database.StreamLengthAsync(Keys.Log(address));

    private static async Task<ConcurrentQueue<Signal>> ListenAsync(RedisHarness node, WsmqAddress address)
    {
        var heard = new ConcurrentQueue<Signal>();
        await node.Store.Signals.SubscribeAsync(address, heard.Enqueue, default);
        return heard;
    }

    // Bob is connected, and has acknowledged a first message, by which the node has learned that he is there.
    private static async Task<ConcurrentQueue<Signal>> ConnectAsync(RedisHarness node, WsmqAddress user)
    {
        await node.OpenAsync(user.Name, "phone");
        var heard = await ListenAsync(node, user);
        var first = await node.AddAsync(user);
        await Eventually.That("the first one is signalled", () => heard.Count == 1);
        (await node.AckAsync(user.Name, "phone", first)).Should().Be(AckResult.Done);
        heard.Clear();
        return heard;
    }

    [Fact]
    public async Task Messages_of_a_batch_for_connected_users_are_one_entry_of_the_journal_and_nothing_in_their_logs()
    {
        var (bob, cat) = (await ConnectAsync(_node, Bob), await ConnectAsync(_node, Cat));
        var results = await _node.AppendAsync(_node.New(Bob, "1"), _node.New(Cat, "2"), _node.New(Bob, "3"));
        await Eventually.That("all are signalled", () => bob.Count == 2 && cat.Count == 1);
        bob.Select(s => (s.Position, StoreHarness.Text(s.Entry!))).Should().Equal((results[0].Position, "1"), (results[2].Position, "3"));
        bob.Last().Previous.Should().Be(results[0].Position);
        bob.Select(s => s.More).Should().Equal(true, false);
        cat.Single().Position.Should().Be(results[1].Position);
        (await JournaledAsync()).Should().Be(1);
        (await InLogAsync(Bob)).Should().Be(1, "only the first one went there");
        (await _node.StateAsync(Bob)).Tail.Should().Be(results[2].Position);
    }

    [Fact]
    public async Task A_reader_that_asks_the_store_gets_all_in_order_and_the_others_stay_in_the_journal()
    {
        await ConnectAsync(_node, Bob);
        await ConnectAsync(_node, Cat);
        var start = (await _node.StateAsync(Bob)).Tail;
        var given = new List<WsmqPosition>();
        for (var i = 0; i < 5; i++)
            given.AddRange((await _node.AppendAsync(_node.New(Bob), _node.New(Cat), _node.New(Bob))).Where((_, n) => n != 1).Select(r => r.Position));
        var page = await _node.ReadAsync(Bob, start);
        page.Entries.Select(e => e.Position).Should().Equal(given);
        page.Entries.Select(e => e.Previous).Should().Equal(given.Prepend(start).SkipLast(1));
        page.State.Should().BeEquivalentTo(new { Tail = given[^1], Removed = default(WsmqPosition) });
        (await InLogAsync(Bob)).Should().Be(1, "it is read where it is");
        (await _node.PositionsAsync(Bob, given[6])).Should().Equal(given.Skip(7));
        (await _node.ReadAsync(Bob, start, 4)).Entries.Select(e => e.Position).Should().Equal(given.Take(4));
        (await _node.ReadAsync(Bob, given[^1])).Entries.Should().BeEmpty();

        for (var i = 0; i < 20; i++)
            given.Add(await _node.AddAsync(Bob));
        (await _node.PositionsAsync(Bob, start)).Should().Equal(given);
        (await InLogAsync(Bob)).Should().Be(1 + given.Count, "it is in more entries of the journal than are read at a time");
        (await InLogAsync(Cat)).Should().Be(1);
        (await _node.ReadAsync(Cat)).Entries.Should().HaveCount(6);
    }

    [Fact]
    public async Task What_was_acknowledged_is_removed_and_never_moved()
    {
        await using var quick = await StartAsync(TimeSpan.FromMilliseconds(100));
        await ConnectAsync(quick, Bob);
        var given = await quick.AddManyAsync(Bob, 3);
        (await JournaledAsync()).Should().Be(1);
        (await quick.AckAsync("bob", "phone", given[^1])).Should().Be(AckResult.Done);
        await Eventually.That("it is removed", async () => await JournaledAsync() == 0 && (await KeysAsync("blob:*")).Length == 0);
        (await InLogAsync(Bob)).Should().Be(1);
        var state = await quick.StateAsync(Bob);
        (state.Tail, state.Consumed).Should().Be((given[^1], given[^1]));
        (await quick.ReadAsync(Bob)).Should().BeEquivalentTo(new { Entries = Array.Empty<LogEntry>(), State = new { Removed = given[^1] } });
        (await quick.OpenAsync("bob", "laptop")).Should().Be(given[^1], "a new device starts after what was removed");
    }

    [Fact]
    public async Task What_was_acknowledged_is_not_moved_when_something_else_is()
    {
        await ConnectAsync(_node, Bob);
        var given = await _node.AddManyAsync(Bob, 3);
        await _node.AckAsync("bob", "phone", given[1]);
        (await _node.OpenAsync("bob", "laptop")).Should().Be(given[1], "a new device gets all that is stored");
        (await _node.PositionsAsync(Bob)).Should().Equal(given[2]);
    }

    [Fact]
    public async Task What_was_not_acknowledged_in_time_is_moved_and_further_messages_follow_it_until_all_is_acknowledged()
    {
        await using var quick = await StartAsync(TimeSpan.FromMilliseconds(100));
        await ConnectAsync(quick, Bob);
        var given = (await quick.AddManyAsync(Bob, 3)).ToList();
        await Eventually.That("they are in the log", async () => await InLogAsync(Bob) == 4 && await JournaledAsync() == 0);
        (await KeysAsync("blob:*")).Should().BeEmpty();
        given.Add(await quick.AddAsync(Bob));
        (await InLogAsync(Bob)).Should().Be(5, "he is slow, or has a device that is away");
        (await quick.PositionsAsync(Bob, given[0])).Should().Equal(given.Skip(1));
        await quick.AckAsync("bob", "phone", given[^1]);
        given.Add(await quick.AddAsync(Bob));
        given.Add(await quick.AddAsync(Bob));
        (await JournaledAsync()).Should().Be(1, "he has caught up");
        (await quick.PositionsAsync(Bob, given[3])).Should().Equal(given.Skip(4));
    }

    [Fact]
    public async Task Who_was_slow_and_keeps_up_again_is_in_the_journal_again_although_more_messages_came_meanwhile()
    {
        await using var quick = await StartAsync(TimeSpan.FromMilliseconds(100));
        await ConnectAsync(quick, Bob);
        await quick.AddAsync(Bob);
        await Eventually.That("it is in the log", async () => await InLogAsync(Bob) == 2 && await JournaledAsync() == 0);
        var given = await quick.AddManyAsync(Bob, 2);
        (await JournaledAsync()).Should().Be(0);
        await quick.AckAsync("bob", "phone", given[0]);
        WsmqPosition[] last = [await quick.AddAsync(Bob), await quick.AddAsync(Bob)];
        (await JournaledAsync()).Should().BePositive();
        (await quick.PositionsAsync(Bob)).TakeLast(4).Should().Equal([.. given, .. last]);
    }

    [Fact]
    public async Task A_journal_that_is_full_gets_nothing_more_until_it_was_settled()
    {
        await ConnectAsync(_node, Bob);
        var given = new List<WsmqPosition>();
        for (var i = 0; i < 400; i++)
            given.AddRange((await _node.AppendAsync([.. Enumerable.Range(0, 10).Select(_ => _node.New(Bob, new string('x', 400)))])).Select(r => r.Position));
        var journaled = await JournaledAsync();
        journaled.Should().BeInRange(100, 150, "each entry has about 8 KB, and together they may have 1 MiB");
        (await InLogAsync(Bob)).Should().Be(4001, "what follows is appended to the log, after what was in the journal");
        var last = (int)journaled * 10;
        (await _node.PositionsAsync(Bob, given[last - 5])).Take(10).Should().Equal(given.Skip(last - 4).Take(10), "the order is kept at the bound");
    }

    [Fact]
    public async Task Nodes_with_and_without_a_journal_serve_the_same_user()
    {
        await using var without = await StartAsync(TimeSpan.FromMinutes(1), bytes: 0);
        var there = await ConnectAsync(without, Bob);
        (await States.StateAsync(Bob)).Should().BeNull("nodes of versions without journals find it in the meta");
        var here = await ListenAsync(_node, Bob);
        (await States.NodesAsync(Bob)).Should().HaveLength(16, "the first node is not forgotten");

        var given = new List<WsmqPosition>();
        foreach (var node in new[] { _node, _node, _node, without, _node, without })
            given.Add(await node.AddAsync(Bob));

        (await JournaledAsync()).Should().BePositive();
        foreach (var heard in new[] { here, there })
        {
            await Eventually.That("all are signalled", () => heard.Count == given.Count);
            heard.Select(s => s.Position).Order().Should().Equal(given);
        }

        (await without.PositionsAsync(Bob)).TakeLast(6).Should().Equal(given);
    }

    [Fact]
    public async Task Many_messages_of_one_address_are_moved_in_steps_and_in_order()
    {
        await ConnectAsync(_node, Bob);
        var given = new List<WsmqPosition>();
        for (var i = 0; i < 20; i++)
            given.AddRange((await _node.AppendAsync([.. Enumerable.Range(0, 64).Select(_ => _node.New(Bob))])).Select(r => r.Position));
        var (steps, reply) = (new List<long>(), "3");
        for (var mark = string.Empty; reply == "3"; mark = $"run-{steps.Count}")
        {
            reply = (string)(await SettleAsync(mark, $"run-{steps.Count + 1}"))!;
            steps.Add(await InLogAsync(Bob));
        }

        reply.Should().Be("1");
        steps.Should().HaveCountGreaterThan(1).And.BeInAscendingOrder();
        steps[0].Should().BeInRange(1 + 256, given.Count, "it moves the older half");
        var entries = await Database.StreamRangeAsync(Keys.Log(Bob));
        entries.Skip(1).Select(e => ((string)e.Id!)[..^2]).Should().Equal(given.Select(p => p.ToString()));
        entries.Skip(1).Select(e => (string)e["p"]!).Should().Equal(entries.SkipLast(1).Select(e => ((string)e.Id!)[..^2]), "no entry is between two of them");
        (await States.StateAsync(Bob))![76].Should().Be('O', "he is away");
    }

    [Fact]
    public async Task A_user_who_leaves_with_messages_in_the_journal_finds_them_in_the_log()
    {
        await using var quick = await StartAsync(TimeSpan.FromMilliseconds(100));
        await quick.OpenAsync("bob", "phone");
        var subscription = await quick.Store.Signals.SubscribeAsync(Bob, _ => { }, default);
        await quick.AddAsync(Bob);
        var given = await quick.AddManyAsync(Bob, 2);
        (await JournaledAsync()).Should().Be(1);
        await subscription.DisposeAsync();
        await Eventually.That("the address is not active", async () => await States.StateAsync(Bob) is null);
        ((string?)await Database.HashGetAsync(Keys.Meta(Bob), "t")).Should().Be(given[^1].ToString());
        (await InLogAsync(Bob)).Should().Be(3);
        (await quick.PositionsAsync(Bob)).TakeLast(2).Should().Equal(given);
    }

    [Fact]
    public async Task A_failed_attempt_at_a_message_in_the_journal_is_counted_and_it_can_become_a_dead_letter()
    {
        await ConnectAsync(_node, Bob);
        var given = await _node.AddManyAsync(Bob, 2);
        var request = new NackRequest(Bob, "bob", "phone", given[0], NackKind.Reported, "no");
        (await _node.Store.DeadLetters.NackAsync(request, default)).Outcome.Should().Be(NackOutcome.Counted);
        (await _node.Store.DeadLetters.NackAsync(request with { Kind = NackKind.Final }, default)).Outcome.Should().Be(NackOutcome.DeadLettered);
        (await _node.OpenAsync("bob", "phone")).Should().Be(given[0]);
        (await _node.PositionsAsync(Bob, given[0])).Should().Equal(given[1]);
    }

    [Fact]
    public async Task A_new_device_gets_what_is_in_the_journal()
    {
        await ConnectAsync(_node, Bob);
        var given = await _node.AddManyAsync(Bob, 2);
        var from = await _node.OpenAsync("bob", "laptop");
        (await _node.PositionsAsync(Bob, from)).TakeLast(2).Should().Equal(given);
    }

    [Fact]
    public async Task A_new_device_holds_back_what_it_has_not_read()
    {
        await using var quick = await StartAsync(TimeSpan.FromMilliseconds(100), grace: TimeSpan.FromMinutes(1));
        await ConnectAsync(quick, Bob);
        (await quick.OpenAsync("bob", "laptop")).Should().Be(WsmqPosition.Start, "the first message is in its grace");
        WsmqPosition[] given = [await quick.AddAsync(Bob), await quick.AddAsync(Bob)];
        await quick.AckAsync("bob", "phone", given[^1]);
        await Eventually.That("nothing is in journals", async () => await JournaledAsync() == 0);
        (await quick.PositionsAsync(Bob)).Should().HaveCount(3).And.EndWith(given);
        await quick.AckAsync("bob", "laptop", given[^1]);
        await quick.AddAsync(Bob);
        await quick.AddAsync(Bob);
        (await JournaledAsync()).Should().BePositive("both have acknowledged all");
    }

    [Fact]
    public async Task A_message_that_is_repeated_is_stored_once_also_within_a_batch_for_the_journal()
    {
        var heard = await ConnectAsync(_node, Bob);
        var message = _node.New(Bob, "once");
        var first = await _node.AppendAsync(message);
        var results = await _node.AppendAsync(_node.New(Bob, "next"), message, _node.New(Bob, "last"));
        results.Select(r => r.Duplicate).Should().Equal(false, true, false);
        results[1].Position.Should().Be(first[0].Position);
        await Eventually.That("all are signalled", () => heard.Count == 3);
        heard.Select(s => StoreHarness.Text(s.Entry!)).Should().Equal("once", "next", "last");
        (await _node.ReadAsync(Bob)).Entries.TakeLast(3).Select(StoreHarness.Text).Should().Equal("once", "next", "last");
    }
}
