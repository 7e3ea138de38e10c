using Microsoft.Data.Sqlite;

namespace Wsmq.Tests.Stores;

/// <summary>A database file from before the byte counts of logs were stored.</summary>
public sealed class SqliteBytesTests : IDisposable
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Byte_counts_of_logs_are_computed_when_an_older_file_is_opened()
    {
        var path = _folder.File("wsmq.db");
        await using (var h = await SqliteHarness.StartAsync(path))
        {
            for (var i = 0; i < 3; i++)
                await h.AddAsync(Bob, new string('x', 500_000));
        }

        await using (var old = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            await old.OpenAsync();
            await using var command = old.CreateCommand();
            command.CommandText = "ALTER TABLE logs DROP COLUMN bytes";
            await command.ExecuteNonQueryAsync();
        }

        var options = new WsmqOptions();
        options.Retention.MaxBytes = 2_500_000;
        await using var again = await SqliteHarness.StartAsync(path, options);
        await again.AddAsync(Bob, new string('x', 500_000));
        (await again.PositionsAsync(Bob)).Should().HaveCount(2, "metadata and body each contain the text");
    }
}
