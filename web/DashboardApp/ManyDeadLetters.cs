using Microsoft.Data.Sqlite;

namespace DashboardApp;

/// <summary>
/// Makes many dead letters of one, in the file of the store: a device would need minutes to fail so often. For a test of how the dashboard
/// shows them, nothing else.
/// </summary>
internal static class ManyDeadLetters
{
    private const string Copies = """
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $count)
        INSERT INTO dead_letters (log, user, position, device, previous, attempts, at, expires, reason, metadata, body)
        SELECT log, user, position + n, device, previous, attempts, at + n, expires, reason, metadata, body
        FROM (SELECT * FROM dead_letters LIMIT 1) JOIN numbers
        """;

    public static async Task AddAsync(string file, int count)
    {
        await using var connection = new SqliteConnection($"Data Source={file}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Copies;
        command.Parameters.AddWithValue("$count", count);
        await command.ExecuteNonQueryAsync();
    }
}
