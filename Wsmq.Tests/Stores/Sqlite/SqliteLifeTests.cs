using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Sqlite;

namespace Wsmq.Tests.Stores;

/// <summary>Guarantees of the embedded store beyond the contract: crashes, a full disk, clocks, sweeps, stopping.</summary>
public sealed class SqliteLifeTests : IDisposable
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private readonly TempFolder _folder = new();

    private string Database => _folder.File("wsmq.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_message_with_a_receipt_is_in_the_files_at_once()
    {
        // The files as a killed process leaves them: copied while the store runs, nothing closed or drained.
        await using var h = await SqliteHarness.StartAsync(Database);
        await h.OpenAsync("bob", "phone");
        var p = await h.AddManyAsync(Bob, 50);
        await h.AckAsync("bob", "phone", p[9]);
        var copy = Directory.CreateDirectory(_folder.File("copy")).FullName;
        foreach (var file in Directory.GetFiles(_folder.Path, "wsmq.db*").Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));

        await using var other = await SqliteHarness.StartAsync(Path.Combine(copy, "wsmq.db"));
        (await other.PositionsAsync(Bob)).Should().Equal(p);
        (await other.OpenAsync("bob", "phone")).Should().Be(p[9]);
        (await other.AddAsync(Bob)).Should().BeGreaterThan(p[^1]);
    }

    [Fact]
    public async Task Positions_increase_even_if_the_clock_steps_back()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow) { AutoAdvanceAmount = TimeSpan.Zero };
        await using var h = await SqliteHarness.StartAsync(Database, new WsmqOptions { Delivery = { AckGrace = TimeSpan.Zero } }, clock);
        await h.OpenAsync("bob", "phone");
        var before = await h.AddAsync(Bob);
        before.Value.Should().Be(clock.NowMicros());
        await h.AckAsync("bob", "phone", before);
        (await h.PositionsAsync(Bob)).Should().BeEmpty();

        clock.AdjustTime(clock.GetUtcNow() - TimeSpan.FromHours(1));
        (await h.AddManyAsync(Bob, 2)).Select(p => p.Value).Should().Equal(before.Value + 1, before.Value + 2);
        await h.RestartAsync();
        (await h.AddAsync(Bob)).Value.Should().Be(before.Value + 3);
    }

    [Fact]
    public async Task A_full_disk_throws_StoreFull_and_loses_nothing_and_acks_free_space()
    {
        await using var h = await SqliteHarness.StartAsync(Database, new WsmqOptions { Delivery = { AckGrace = TimeSpan.Zero } }, maxPages: 150);
        await h.OpenAsync("bob", "phone");
        var given = new List<WsmqPosition>();
        var fill = async () =>
        {
            while (given.Count < 1000)
                given.Add((await h.AppendAsync(h.New(Bob) with { Body = new byte[10_000] }))[0].Position);
        };
        (await fill.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.StoreFull);
        var page = await h.ReadAsync(Bob);
        page.Entries.Select(e => e.Position).Should().Equal(given);
        page.State.Tail.Should().Be(given[^1]);

        (await h.AckAsync("bob", "phone", given[^1])).Should().Be(AckResult.Done);
        (await h.AddAsync(Bob)).Should().BeGreaterThan(given[^1]);
    }

    [Fact]
    public async Task Idle_logs_and_expired_ids_are_swept()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var options = new WsmqOptions { Delivery = { AckGrace = TimeSpan.FromMinutes(1) } };
        options.Retention.Group.MaxAge = TimeSpan.FromMinutes(1);
        await using var h = await SqliteHarness.StartAsync(Database, options, clock);
        await h.OpenAsync("bob", "phone");
        var p = await h.AddManyAsync(Bob, 3);
        await h.AddManyAsync(WsmqAddress.Group("team"), 3);
        await h.AckAsync("bob", "phone", p[1]);
        (Count("entries"), Count("message_ids")).Should().Be((6, 6));
        await Eventually.That("the logs are swept without being accessed", () =>
        {
            clock.Advance(SqliteSweeper.Interval);
            return (Count("entries"), Count("message_ids")) == (1, 0);
        });
        (await h.StateAsync(Bob)).Removed.Should().Be(p[1]);
    }

    [Fact]
    public async Task A_new_device_replaces_the_longest_inactive_expired_device_in_all_logs()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var options = new WsmqOptions { Devices = { MaxPerUser = 2, Expiry = TimeSpan.FromMinutes(10) } };
        await using var h = await SqliteHarness.StartAsync(Database, options, clock);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        var p = await h.AddAsync(WsmqAddress.Group("team"));
        foreach (var device in new[] { "longer", "shorter" })
        {
            await h.OpenAsync("bob", device);
            await h.AckAsync(WsmqAddress.Group("team"), "bob", device, p);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        clock.Advance(TimeSpan.FromMinutes(10));
        await h.OpenAsync("bob", "new");
        (await h.AckAsync("bob", "longer", WsmqPosition.Start)).Should().Be(AckResult.NoReader);
        (await h.AckAsync("bob", "shorter", WsmqPosition.Start)).Should().Be(AckResult.Done);
        (await h.OpenGroupAsync("team", "bob", "longer")).Should().Be(WsmqPosition.Start, "its cursor in the group was removed with it");
        (await h.OpenGroupAsync("team", "bob", "shorter")).Should().Be(p);
    }

    [Fact]
    public async Task Stopping_finishes_accepted_calls_and_refuses_later_ones()
    {
        var store = SqliteHarness.Make(Database);
        await store.StartAsync(default);
        var appends = Enumerable.Range(0, 200)
            .Select(i => store.MessageLog.Appenders[0].AppendAsync([StoreHarness.Message(Bob, "ann", $"{i}")], follows: false, default)).ToArray();
        await store.DisposeAsync();
        var given = new List<WsmqPosition>();
        foreach (var append in appends)
            given.Add((await append)[0].Position);
        var late = () => store.MessageLog.Appenders[0].AppendAsync([StoreHarness.Message(Bob, "ann", "late")], follows: false, default);
        (await late.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.Stopping);
        var lateRead = () => store.MessageLog.StatesAsync([Bob], default);
        (await lateRead.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.Stopping);
        (await store.IsAvailableAsync(default)).Should().BeFalse();
        new FileInfo(Database + "-wal").Should().Match<FileInfo>(f => !f.Exists || f.Length == 0, "it was moved into the database");

        await using var again = await SqliteHarness.StartAsync(Database);
        (await again.PositionsAsync(Bob)).Should().Equal(given);
    }

    [Fact]
    public async Task Two_stores_in_one_process_do_not_receive_signals_of_each_other()
    {
        await using var one = await SqliteHarness.StartAsync(Database);
        await using var two = await SqliteHarness.StartAsync(_folder.File("two.db"));
        var heard = new ConcurrentQueue<Signal>();
        await using var subscription = await two.Store.Signals.SubscribeAsync(Bob, heard.Enqueue, default);
        await one.AddAsync(Bob);
        var own = await two.AddAsync(Bob);
        await Eventually.That("its own signal has arrived", () => heard.Any(s => s.Position == own));
        heard.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_signal_handler_that_throws_stops_neither_the_store_nor_other_handlers()
    {
        await using var h = await SqliteHarness.StartAsync(Database);
        var heard = new ConcurrentQueue<Signal>();
        await using var bad = await h.Store.Signals.SubscribeAsync(Bob, _ => throw new InvalidOperationException("on purpose"), default);
        await using var good = await h.Store.Signals.SubscribeAsync(Bob, heard.Enqueue, default);
        await h.AddAsync(Bob);
        await h.AddAsync(Bob);
        await Eventually.That("both signals have arrived", () => heard.Count == 2);
    }

    private long Count(string table)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table}";
        return (long)command.ExecuteScalar()!;
    }
}
