using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;
using Wsmq.Tests.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>The SQLite file, changed by another program while the node runs, truncated or overwritten.</summary>
public sealed class SqliteDamageTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly RecordedLogs _logs = new();
    private TestNode _node = null!;

    private string Database => _folder.File("wsmq.db");

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        s => s.UseSqlite(Database),
        o => (o.Delivery.TailCheckInterval, o.Publish.SendTimeout) = (TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1)),
        b => b.Logging.AddProvider(_logs));

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("metadata = 'hello'")]
    [InlineData("metadata = 5")]
    [InlineData("metadata = x'7b7d'")]
    [InlineData("metadata = zeroblob(5000000)")]
    [InlineData("body = 'not JSON'")]
    [InlineData("body = x'2261621e6322'")]
    [InlineData("body = zeroblob(0)")]
    [InlineData("previous = position")]
    [InlineData("previous = 9007199254740991")]
    [InlineData("previous = -5")]
    [InlineData("previous = 'hello'", false)]
    [InlineData("previous = 9223372036854775807")]
    public async Task An_entry_that_another_program_changed_is_announced_as_a_gap_and_readers_receive_the_entries_after_it(string change, bool isLost = true)
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        for (var i = 1; i <= 3; i++)
            await alice.SendAsync("user:bob", i);
        Execute($"UPDATE entries SET {change} WHERE position = (SELECT position FROM entries ORDER BY position LIMIT 1 OFFSET 1)");

        await using var bob = await PlainClient.ConnectAsync(_node, "bob");

        await bob.ReceivesAsync(isLost ? ["1", "3"] : ["1", "2", "3"]);
        bob.Gaps.Select(g => g.Reason).Should().Equal(isLost ? [WsmqGapReasons.Lost] : []);
        OnlyForeign();
    }

    [Theory]
    [InlineData("DELETE FROM entries WHERE position > (SELECT min(position) FROM entries)")]
    [InlineData("UPDATE entries SET position = position + 1000000000000 WHERE position > (SELECT min(position) FROM entries)")]
    [InlineData("UPDATE entries SET position = -position WHERE position > (SELECT min(position) FROM entries)")]
    public async Task Entries_removed_at_the_tail_are_announced_as_one_gap_and_later_entries_are_delivered(string sql)
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        for (var i = 1; i <= 3; i++)
            await alice.SendAsync("user:bob", i);
        Execute(sql);
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        await Eventually.That("the gap is announced", () => bob.Gaps.Count > 0);
        await alice.SendAsync("user:bob", 4);
        await bob.ReceivesAsync("1", "4");
        bob.Gaps.Should().ContainSingle().Which.Reason.Should().Be(WsmqGapReasons.Lost);
    }

    [Theory]
    [InlineData("UPDATE logs SET tail = -1 WHERE address = 'user:bob'")]
    [InlineData("UPDATE logs SET tail = 9223372036854775807 WHERE address = 'user:bob'")]
    [InlineData("UPDATE logs SET tail = 9007199254740991 WHERE address = 'user:bob'")]
    [InlineData("UPDATE logs SET removed = -1 WHERE address = 'user:bob'")]
    [InlineData("UPDATE logs SET consumed = 9223372036854775807 WHERE address = 'user:bob'")]
    [InlineData("UPDATE logs SET pending = -7 WHERE address = 'user:bob'")]
    public async Task A_send_to_a_corrupt_log_fails_as_store_corrupt_and_other_logs_are_unaffected(string sql)
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        await alice.SendAsync("user:bob", 1);
        await bob.ReceivesAsync("1");
        Execute(sql);

        WsmqOutgoingMessage[] messages = [.. new[] { "carol", "bob", "dave" }.Select(u => new WsmqOutgoingMessage { To = $"user:{u}", Body = WsmqJsonBody.Parse("2") })];
        var results = await _node.Publisher.SendManyAsync(messages);

        results.Select(r => r.Exception?.Error).Should().Equal(null, WsmqErrors.StoreCorrupt, null);
        await alice.SendAsync("user:alice", 3);
        await alice.ReceivesAsync("3");
        OnlyForeign();
    }

    [Fact]
    public async Task Rows_without_a_valid_address_do_not_prevent_connecting_and_sweeping()
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        Execute("INSERT INTO logs (address, kept) VALUES ('nonsense', 1), ('user:' || char(10), 1)");
        Execute("INSERT INTO memberships (name, user, joined) VALUES ('', 'bob', 0), ('ops', 'bob', -1), ('good', 'bob', 0), ('x' || char(0), 'bob', 5)");
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        await _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:good", Body = WsmqJsonBody.Parse("1") });
        await bob.ReceivesAsync("1");
        OnlyForeign();
    }

    [Theory]
    [InlineData("UPDATE logs SET tail = -1 WHERE address = 'user:eve'")]
    [InlineData("UPDATE logs SET tail = 9007199254740991 WHERE address = 'user:eve'")]
    [InlineData("UPDATE delayed SET address = 'nobody' WHERE address = 'user:eve'")]
    [InlineData("UPDATE delayed SET address = 'work:jobs' WHERE address = 'user:eve'")]
    public async Task A_message_with_a_delay_that_cannot_be_stored_waits_for_longer_and_the_others_arrive(string sql)
    {
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");
        await _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:eve" });
        await _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:eve", Delay = TimeSpan.FromHours(1) });
        Execute(sql);
        Execute("UPDATE delayed SET due = unixepoch() * 1000000").Should().Be(1);
        await _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Delay = TimeSpan.FromSeconds(0.1), Body = WsmqJsonBody.Parse("1") });

        await bob.ReceivesAsync("1");

        Execute("UPDATE delayed SET body = x'00' WHERE due > (unixepoch() + 20) * 1000000").Should().Be(1, "it is tried again later");
    }

    [Theory]
    [InlineData("metadata = 'hello'")]
    [InlineData("metadata = 5")]
    [InlineData("metadata = x'7b7d'")]
    [InlineData("metadata = zeroblob(100000)")]
    [InlineData("body = 'not JSON'")]
    [InlineData("body = zeroblob(0)")]
    [InlineData("position = -5", false)]
    [InlineData("position = 'hello'", false)]
    [InlineData("position = 9007199254740991", false)]
    [InlineData("position = 9223372036854775807", false)]
    [InlineData("body = x'00', bytes = 'many'")]
    public async Task State_that_another_program_changed_is_read_as_corrupt_or_not_at_all_and_the_other_keys_are_unaffected(string change, bool isRead = true)
    {
        var log = _node.Services.GetRequiredService<IStore>().MessageLog;
        async Task<IReadOnlyList<LogEntry>> ReadAsync() =>
            (await log.ReadStateAsync(WsmqAddress.User("bob"), WsmqPosition.Start, new WsmqPosition(WsmqPosition.MaxValue), 100, 1 << 24, default)).Entries;
        Task SetAsync(string key, string body) =>
            _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", StateKey = key, Body = WsmqJsonBody.Parse(body) });
        foreach (var key in new[] { "1", "2", "3" })
            await SetAsync(key, key);
        Execute($"UPDATE state_entries SET {change} WHERE key = '2'").Should().Be(1);

        var entries = await ReadAsync();

        entries.Should().HaveCount(isRead ? 3 : 2);
        entries.Where(e => StoredEntry.Check(e, out _, out _)).Select(StoreHarness.Text).Should().Equal("1", "3");
        await SetAsync("2", "4");
        (await ReadAsync()).Where(e => StoredEntry.Check(e, out _, out _)).Select(StoreHarness.Text).Should().Equal("1", "3", "4");
        OnlyForeign();
    }

    [Fact]
    public async Task A_file_overwritten_while_the_node_runs_makes_calls_fail_with_a_code_and_causes_no_crash()
    {
        await using var alice = await PlainClient.ConnectAsync(_node, "alice");
        for (var i = 0; i < 100; i++)
            await alice.SendAsync("user:bob", new string('x', 2_000));
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        Overwrite(Database, from: 4_096);

        for (var i = 0; i < 5; i++)
        {
            var failed = await Record.ExceptionAsync(() => alice.SendAsync($"user:new{i}", 1).WaitAsync(TimeSpan.FromSeconds(90)));
            if (failed is not null)
                WsmqError.Find(failed.Message).Should().NotBeNull($"every failure has a code: {failed.Message}");
        }

        await using var bob = PlainClient.Create(_node.Hub, TestTokens.For("bob"));
        await Record.ExceptionAsync(() => bob.Connection.StartAsync());
        alice.Closed.Should().BeNull();
        _logs.Of(LogLevel.Critical).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(4_000)]
    [InlineData(20_000)]
    public async Task A_store_with_a_truncated_file_starts_or_fails_with_an_error_that_names_the_file(int length)
    {
        var path = _folder.File($"cut{length}.db");
        await using (var h = await SqliteHarness.StartAsync(path))
            await h.AddManyAsync(WsmqAddress.User("bob"), 500);
        using (var file = File.OpenWrite(path))
            file.SetLength(length);

        await using var store = SqliteHarness.Make(path);
        var refused = await Record.ExceptionAsync(() => store.StartAsync(default));

        // An empty file becomes a new database. With any other length either the start fails and names the file, or reading fails.
        if (refused is not null)
            refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain(path);
        else if (length > 0)
            (await Record.ExceptionAsync(() => store.MessageLog.ReadAsync(WsmqAddress.User("bob"), default, 1_000, 1 << 24, default))).Should().BeOfType<WsmqException>();
    }

    private static void Overwrite(string path, int from)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var noise = new byte[file.Length - from];
        new Random(1).NextBytes(noise);
        file.Position = from;
        file.Write(noise);
    }

    private void OnlyForeign() =>
        _logs.Of(LogLevel.Error).Concat(_logs.Of(LogLevel.Critical)).Should().NotContain(l => !l.Contains("corrupt or foreign", StringComparison.Ordinal));

    private int Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False;Default Timeout=10");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }
}
