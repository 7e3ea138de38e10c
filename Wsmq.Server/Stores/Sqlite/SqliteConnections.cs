using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Opens the connections of a database with the settings that the store relies on.</summary>
internal sealed class SqliteConnections(string path, WsmqSqliteDurability durability)
{
    /// <summary>How long a statement waits for a lock; only a checkpoint or another program ever holds one.</summary>
    private const int TimeoutSeconds = 5;

    public SqliteSession OpenWriter(int? maxPages)
    {
        var session = Open();
        try
        {
            if (session.One("PRAGMA journal_mode = WAL", r => r.GetString(0)) != "wal")
                throw new InvalidOperationException(
                    $"'{path}' cannot be used in write-ahead mode: set WsmqSqliteOptions.Path to a file on a local disk.");
            Use(session, durability);
            // Without a limit the write-ahead log file keeps its largest size.
            session.Run("PRAGMA journal_size_limit = 67108864");
            // 32 MiB. Message ids are spread over their index: with the default of 2 MB, each insert would read pages from disk.
            session.Run("PRAGMA cache_size = -32768");
            // A checkpoint writes a page once, however often it changed since the last one: fewer checkpoints write less.
            session.Run("PRAGMA wal_autocheckpoint = 4000");
            SqliteSchema.Ensure(session, path);
            if (maxPages is { } pages)
                session.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
            return session;
        }
        catch (SqliteException e)
        {
            session.Dispose();
            throw new InvalidOperationException($"'{path}' cannot be opened as a database: check WsmqSqliteOptions.Path. {e.Message}", e);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public static void Use(SqliteSession session, WsmqSqliteDurability durability) =>
        session.Set(durability == WsmqSqliteDurability.Full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");

    public SqliteSession OpenReader()
    {
        var session = Open();
        session.Run("PRAGMA query_only = ON");
        return session;
    }

    private SqliteSession Open()
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            SQLitePCL.raw.sqlite3_busy_timeout(connection.Handle, TimeoutSeconds * 1000);
            return new SqliteSession(connection);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new InvalidOperationException($"'{path}' cannot be opened as a database: check WsmqSqliteOptions.Path. {e.Message}", e);
        }
    }
}
