using StackExchange.Redis;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

// What is missing, foreign or corrupt, and nodes that are gone.
public sealed partial class JournalTests
{
    [Fact]
    public async Task A_node_whose_journal_is_a_foreign_key_stores_in_logs()
    {
        await ConnectAsync(_node, Bob);
        await _node.AddAsync(Bob);
        var journal = (await KeysAsync("journal:*")).Single();
        await Database.KeyDeleteAsync(journal);
        await Database.StringSetAsync(journal, "hello");
        var given = await _node.AddManyAsync(Bob, 2);
        (await _node.PositionsAsync(Bob)).TakeLast(2).Should().Equal(given);
    }

    [Fact]
    public async Task The_journal_of_a_node_that_is_gone_is_settled_by_another()
    {
        await ConnectAsync(_node, Bob);
        var given = await _node.AddManyAsync(Bob, 3);
        await Database.KeyDeleteAsync(await KeysAsync("node:*") is var leases ? [.. leases.Select(k => (RedisKey)k)] : []);
        await using var other = await StartAsync(TimeSpan.FromMilliseconds(100));
        await Eventually.That("they are in the log", async () => await InLogAsync(Bob) == 4);
        await Eventually.That("nothing is left", async () => (await KeysAsync("journal*")).Length == 0 && (await KeysAsync("blob:*")).Length == 0);
        (await other.PositionsAsync(Bob)).TakeLast(3).Should().Equal(given);
    }

    [Fact]
    public async Task What_cannot_be_moved_stays_in_the_journal_until_it_can()
    {
        await using var quick = await StartAsync(TimeSpan.FromMilliseconds(100));
        await ConnectAsync(quick, Bob);
        await Database.ExecuteAsync("ACL", "SETUSER", "default", "-getrange");
        var given = await quick.AddManyAsync(Bob, 2);
        await Eventually.That("it was tried", async () => ((RedisResult[])(await Database.ExecuteAsync("ACL", "LOG"))!).Length > 0);
        (await JournaledAsync()).Should().Be(1);
        await Database.ExecuteAsync("ACL", "SETUSER", "default", "+getrange");
        await Eventually.That("they are in the log", async () => await InLogAsync(Bob) == 3 && await JournaledAsync() == 0);
        (await quick.PositionsAsync(Bob)).TakeLast(2).Should().Equal(given);
    }

    // Settles what Bob has, as his node would.
    private Task<RedisResult> SettleAsync(string after, string mark) => Database.ScriptEvaluateAsync(
        RedisScript.Settle, ["t:{0}:active", "t:{0}:spare", "t:{0}:settled:test", Keys.Log(Bob), Keys.Meta(Bob)],
        [new WsmqPosition(WsmqPosition.MaxValue).ToString(), 100_000, 60_000_000, 100_000_000, 256, after, mark, "\0\buser:bob"]);

    [Fact]
    public async Task A_server_that_lacks_what_was_moved_removes_nothing()
    {
        await ConnectAsync(_node, Bob);
        var given = await _node.AddManyAsync(Bob, 2);
        var journal = (await KeysAsync("journal:*")).Single();
        RedisKey[] keys = [journal, "t:{0}:journals", "t:{0}:settled:test"];
        Task<RedisResult> TrimAsync(string mark) =>
            Database.ScriptEvaluateAsync(RedisScript.JournalTrim, keys, ["-", "+", "t:{0}:heads:", "t:{0}:blob:", "node", 64, 0, mark]);
        await SettleAsync(string.Empty, "run-1");
        await Database.KeyDeleteAsync(keys[2]);
        var refusals = new[] { () => SettleAsync("run-1", "run-2"), () => TrimAsync("run-1"), () => TrimAsync("run-2") };
        foreach (var call in refusals)
            await call.Should().ThrowAsync<RedisServerException>().WithMessage("WSMQSTALE*");
        (await Database.StreamLengthAsync(journal)).Should().BePositive();
        await SettleAsync(string.Empty, "run-3");
        await TrimAsync("run-3");
        (await Database.StreamLengthAsync(journal)).Should().Be(0);
        (await _node.PositionsAsync(Bob)).TakeLast(2).Should().Equal(given);
    }

    [Fact]
    public async Task A_server_that_lacks_the_end_of_a_window_keeps_its_messages_when_the_next_one_ends()
    {
        await using var quick = await StartAsync(TimeSpan.FromMilliseconds(100));
        await ConnectAsync(quick, Bob);
        await ConnectAsync(quick, Cat);
        await Database.ExecuteAsync("ACL", "SETUSER", "default", "-getrange");
        var given = await quick.AddManyAsync(Bob, 3);
        var before = await DumpAsync();
        await Database.ExecuteAsync("ACL", "SETUSER", "default", "+getrange");
        await Eventually.That("they are in the log", async () => await InLogAsync(Bob) == 4 && await JournaledAsync() == 0);

        // As after a failover to a replica that had not received it.
        await RestoreAsync(before);
        (await JournaledAsync()).Should().BePositive();
        await Database.KeyDeleteAsync(await KeysAsync("settled:*") is var marks ? [.. marks.Select(k => (RedisKey)k)] : []);
        var cat = await quick.AddAsync(Cat);
        await Eventually.That("the next window has ended", async () => await InLogAsync(Cat) == 2);
        (await quick.PositionsAsync(Bob)).TakeLast(3).Should().Equal(given);
        (await quick.PositionsAsync(Cat)).Last().Should().Be(cat);
        await Eventually.That("nothing is left", async () => await JournaledAsync() == 0 && (await KeysAsync("blob:*")).Length == 0);
        (await quick.PositionsAsync(Bob)).TakeLast(3).Should().Equal(given);
    }

    private async Task<Dictionary<RedisKey, byte[]>> DumpAsync()
    {
        var keys = (RedisKey[])(await Database.ExecuteAsync("KEYS", "t:*"))!;
        var dumps = new Dictionary<RedisKey, byte[]>();
        foreach (var key in keys)
            dumps[key] = (await Database.KeyDumpAsync(key))!;
        return dumps;
    }

    private async Task RestoreAsync(Dictionary<RedisKey, byte[]> dumps)
    {
        foreach (var (key, dump) in dumps)
        {
            await Database.KeyDeleteAsync(key);
            await Database.KeyRestoreAsync(key, dump);
        }
    }

    [Fact]
    public async Task A_publish_that_fails_loses_no_message_of_the_batch()
    {
        await using var other = await StartAsync(TimeSpan.FromMinutes(1));
        await ConnectAsync(other, Cat);
        await ConnectAsync(_node, Bob);
        await _node.AddAsync(Cat);
        await _node.AddAsync(Bob);
        await Database.ExecuteAsync("ACL", "SETUSER", "default", "resetchannels", "&none");
        var batch = new[] { _node.New(Bob), _node.New(Cat) };
        await ((Func<Task>)(() => _node.AppendAsync(batch))).Should().ThrowAsync<WsmqException>();
        await Database.ExecuteAsync("ACL", "SETUSER", "default", "allchannels");
        var results = await _node.AppendAsync(batch);
        results.Should().OnlyContain(r => r.Duplicate, "they are stored");
        (await _node.PositionsAsync(Bob)).Should().HaveCount(3).And.EndWith(results[0].Position);
        (await _node.PositionsAsync(Cat)).Should().HaveCount(3).And.EndWith(results[1].Position);
    }

    [Fact]
    public async Task A_node_that_is_gone_is_removed_from_the_states_of_idle_users()
    {
        await ConnectAsync(_node, Bob);
        var node = await States.NodesAsync(Bob);
        await States.SetNodesAsync(Bob, node + "deadnode");
        await States.SetNodesAsync(Cat, "deadnode");
        await using var quick = await StartAsync(TimeSpan.FromMilliseconds(100));
        await Eventually.That("nobody waits for it", async () => await States.NodesAsync(Bob) == node && await States.StateAsync(Cat) is null);
    }

    [Fact]
    public async Task A_node_whose_journal_was_removed_is_named_again_with_its_next_message()
    {
        await ConnectAsync(_node, Bob);
        await _node.AckAsync("bob", "phone", await _node.AddAsync(Bob));
        var journal = (await KeysAsync("journal:*")).Single();
        await Database.KeyDeleteAsync([journal, "t:{0}:journals"]);
        await _node.AddAsync(Bob);
        ((string?)(await Database.SetMembersAsync("t:{0}:journals")).Single()).Should().Be(journal[^8..]);
        (await Database.StreamLengthAsync(journal)).Should().Be(1);
    }

    [Fact]
    public async Task What_nobody_moves_is_removed_after_the_retention()
    {
        await ConnectAsync(_node, Bob);
        await _node.AddAsync(Bob);
        foreach (var key in (await KeysAsync("heads:*")).Concat(await KeysAsync("blob:*")))
            (await Database.KeyTimeToLiveAsync(key)).Should().BeGreaterThan(TimeSpan.FromDays(7));
    }

    [Fact]
    public async Task A_node_that_stops_leaves_no_journal()
    {
        var other = await StartAsync(TimeSpan.FromMinutes(1));
        await ConnectAsync(other, Bob);
        var given = await other.AddManyAsync(Bob, 3);
        await other.DisposeAsync();
        (await KeysAsync("journal*")).Should().BeEmpty();
        (await KeysAsync("blob:*")).Should().BeEmpty();
        (await _node.PositionsAsync(Bob)).TakeLast(3).Should().Equal(given);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("malformed")]
    public async Task Messages_whose_blob_is_corrupt_are_lost_with_an_exact_gap_and_the_rest_goes_on(string how)
    {
        await using var quick = await StartAsync(TimeSpan.FromMilliseconds(500));
        await ConnectAsync(quick, Bob);
        await ConnectAsync(quick, Cat);
        var lost = await quick.AddAsync(Bob);
        var blob = (await KeysAsync("blob:*")).Single();
        if (how == "gone")
            await Database.KeyDeleteAsync(blob);
        else
            await Database.StringSetAsync(blob, "garbage");
        var next = await quick.AddAsync(Bob);
        var cat = await quick.AddAsync(Cat);
        await Eventually.That("the journal is settled", async () => await JournaledAsync() == 0 && await InLogAsync(Cat) == 2);
        var page = await quick.ReadAsync(Bob, new WsmqPosition(lost.Value - 1));
        page.Entries.Select(e => (e.Position, e.Previous)).Should().Equal((next, lost));
        (await quick.PositionsAsync(Cat)).Last().Should().Be(cat);
    }
}
