using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Sqlite;

namespace Wsmq.Tests.Stores;

/// <summary>The file of the embedded store: exclusive use, and which files are accepted.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Database => _folder.File("wsmq.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_store_on_the_same_file_is_refused_until_the_first_is_disposed()
    {
        var first = await SqliteHarness.StartAsync(Database);
        await ShouldNotStartAsync(Database, "*in use by another process*");
        await first.AddAsync(WsmqAddress.User("bob"));
        await first.DisposeAsync();
        await using var second = await SqliteHarness.StartAsync(Database);
        (await second.PositionsAsync(WsmqAddress.User("bob"))).Should().HaveCount(1);
    }

    [Fact]
    public async Task A_symbolic_link_to_a_file_in_use_is_refused_as_well()
    {
        await using var first = await SqliteHarness.StartAsync(Database);
        File.CreateSymbolicLink(_folder.File("other.db"), Database);
        await ShouldNotStartAsync(_folder.File("other.db"), "*in use by another process*");
    }

    [Fact]
    public async Task A_failed_start_can_be_repeated()
    {
        var first = await SqliteHarness.StartAsync(Database);
        await using var second = SqliteHarness.Make(Database);
        var start = () => second.StartAsync(default);
        await start.Should().ThrowAsync<InvalidOperationException>();
        (await second.IsAvailableAsync(default)).Should().BeFalse();
        await first.DisposeAsync();
        await start();
        (await second.IsAvailableAsync(default)).Should().BeTrue();
    }

    [Fact]
    public async Task A_missing_folder_is_created()
    {
        await using var h = await SqliteHarness.StartAsync(_folder.File(Path.Combine("a", "b", "wsmq.db")));
        await h.AddAsync(WsmqAddress.User("bob"));
    }

    [Fact]
    public async Task A_path_that_cannot_be_written_fails_the_start_with_the_option_to_change()
    {
        await File.WriteAllTextAsync(_folder.File("file"), "no folder");
        await ShouldNotStartAsync(_folder.File(Path.Combine("file", "wsmq.db")), "*cannot be written*Path*");
        Directory.CreateDirectory(Database);
        await ShouldNotStartAsync(Database, "*cannot be opened*Path*");
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_and_not_modified()
    {
        await (await SqliteHarness.StartAsync(Database)).DisposeAsync();
        Execute($"PRAGMA user_version = {SqliteSchema.Version + 1}");
        await ShouldNotStartAsync(Database, "*newer wsmq*");
        Execute("PRAGMA user_version").Should().Be((long)(SqliteSchema.Version + 1));
    }

    [Fact]
    public async Task A_file_from_before_expired_entries_were_removed_gets_the_tables_and_its_entries_stay()
    {
        var bob = WsmqAddress.User("bob");
        WsmqPosition first;
        await using (var old = await SqliteHarness.StartAsync(Database))
            first = await old.AddAsync(bob);
        foreach (var sql in new[] { "DROP TABLE entry_ends", "DROP TABLE gone_entries", "ALTER TABLE logs DROP COLUMN gone" })
            Execute(sql);

        await using var h = await SqliteHarness.StartAsync(Database, new WsmqOptions { Delivery = { AckGrace = TimeSpan.Zero } });
        var brief = (await h.AppendAsync(h.New(bob) with { Log = new LogTerms { Life = 1 } })).Single().Position;
        await Eventually.That("it is removed", async () => (await h.Store.Expiry.RemoveAsync(0, default)).Removed.Count == 1);

        (await h.ReadAsync(bob)).Entries.Select(e => (e.Position, e.IsGone)).Should().Equal((first, false), (brief, true));
    }

    [Fact]
    public async Task A_file_from_before_there_was_state_gets_its_tables_and_its_devices_count_as_known_readers()
    {
        var bob = WsmqAddress.User("bob");
        await using (var old = await SqliteHarness.StartAsync(Database))
            await old.OpenAsync("bob", "known");
        foreach (var sql in new[] { "DROP TABLE state_entries", "DROP TABLE state_sums", "ALTER TABLE cursors DROP COLUMN is_new" })
            Execute(sql);

        await using var h = await SqliteHarness.StartAsync(Database);

        (await h.Log.OpenCursorAsync(bob, "bob", "known", default)).IsNew.Should().BeFalse();
        (await h.Log.OpenCursorAsync(bob, "bob", "other", default)).IsNew.Should().BeTrue();
        var position = (await h.AppendAsync(h.New(bob) with { Log = new LogTerms { StateKey = "k" } })).Single().Position;
        (await h.Log.ReadStateAsync(bob, default, position, 10, 1_000, default)).Entries.Single().Position.Should().Be(position);
    }

    [Fact]
    public async Task Files_of_other_programs_are_refused()
    {
        Execute("CREATE TABLE theirs (x)");
        await ShouldNotStartAsync(Database, "*another program*");
        await File.WriteAllTextAsync(_folder.File("text.db"), new string('x', 5000));
        await ShouldNotStartAsync(_folder.File("text.db"), "*cannot be opened as a database*");
    }

    [Fact]
    public async Task The_configured_durability_is_set_in_SQLite()
    {
        foreach (var (durability, synchronous) in new[] { (WsmqSqliteDurability.Full, 2L), (WsmqSqliteDurability.Normal, 1L) })
        {
            using var session = new SqliteConnections(Database, durability).OpenWriter(null);
            session.One("PRAGMA synchronous", r => r.GetInt64(0)).Should().Be(synchronous);
            session.One("PRAGMA journal_mode", r => r.GetString(0)).Should().Be("wal");
        }

        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_store_created_by_the_container_opens_no_file_before_its_start()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddOptions().AddSingleton(TimeProvider.System).AddSingleton<IStore, SqliteStore>();
        services.Configure<WsmqSqliteOptions>(o => o.Path = Database);
        await using var provider = services.BuildServiceProvider();
        var store = provider.GetRequiredService<IStore>();
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
        var early = () => store.MessageLog.StatesAsync([WsmqAddress.User("bob")], default);
        await early.Should().ThrowAsync<InvalidOperationException>();
        await store.StartAsync(default);
        (await early()).Should().HaveCount(1);
    }

    private static async Task ShouldNotStartAsync(string path, string message)
    {
        await using var store = SqliteHarness.Make(path);
        var start = () => store.StartAsync(default);
        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage(message);
    }

    private object? Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
