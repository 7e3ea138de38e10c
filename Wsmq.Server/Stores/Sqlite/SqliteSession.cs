using Microsoft.Data.Sqlite;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>One connection and its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    /// <summary>SQLite rolls a transaction back itself on some errors; another ROLLBACK would then fail.</summary>
    public bool InTransaction => SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0;

    /// <summary>The number of rolled-back transactions of the writer; operations in them had no effect.</summary>
    public long Rollbacks { get; private set; }

    public void CountRollback() => Rollbacks++;

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public int Run(string sql, params ReadOnlySpan<SqliteValue> values) => Statement(sql).Run(values);

    /// <summary>Runs a PRAGMA without caching it: SQLite applies it when it compiles the statement; a cached one has no effect.</summary>
    public void Set(string pragma)
    {
        using var statement = new SqliteStatement(connection.Handle!, pragma);
        statement.Run([]);
    }

    /// <summary>The first row; the default value if there is none.</summary>
    public T? One<T>(string sql, Func<SqliteRows, T> map, params ReadOnlySpan<SqliteValue> values)
    {
        using var reader = Statement(sql).Query(values);
        return reader.Read() ? map(reader) : default;
    }

    public List<T> All<T>(string sql, Func<SqliteRows, T> map, params ReadOnlySpan<SqliteValue> values)
    {
        using var reader = Statement(sql).Query(values);
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(map(reader));
        return rows;
    }

    /// <summary>The rows one by one; the caller disposes them before it runs the same statement again.</summary>
    public SqliteRows Query(string sql, params ReadOnlySpan<SqliteValue> values) => Statement(sql).Query(values);

    /// <summary>Runs several reads on one snapshot of the database.</summary>
    public T Snapshot<T>(Func<SqliteSession, T> read)
    {
        Run("BEGIN");
        try
        {
            return read(this);
        }
        finally
        {
            if (InTransaction)
                Run("ROLLBACK");
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        connection.Dispose();
    }

    private SqliteStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements.Add(sql, statement = new SqliteStatement(connection.Handle!, sql));
        return statement;
    }
}
