using SQLitePCL;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The rows of a running statement, one at a time; disposing it ends the statement, which can then be run again.</summary>
internal readonly struct SqliteRows(SqliteStatement statement) : IDisposable
{
    /// <summary>Moves to the next row; false if there is none.</summary>
    public bool Read() => statement.Step();

    public bool IsDBNull(int column) => raw.sqlite3_column_type(statement.Handle, column) == raw.SQLITE_NULL;

    public long GetInt64(int column) => raw.sqlite3_column_int64(NotNull(column), column);

    public int GetInt32(int column) => checked((int)GetInt64(column));

    public bool GetBoolean(int column) => GetInt64(column) != 0;

    public double GetDouble(int column) => raw.sqlite3_column_double(NotNull(column), column);

    public string GetString(int column) => raw.sqlite3_column_text(NotNull(column), column).utf8_to_string();

    public byte[] GetBytes(int column) => raw.sqlite3_column_blob(NotNull(column), column).ToArray();

    public void Dispose() => statement.Reset();

    // SQLite reads NULL as 0 and as an empty text: in a column that another program has damaged.
    private sqlite3_stmt NotNull(int column) =>
        IsDBNull(column) ? throw new InvalidOperationException($"column {column} is NULL") : statement.Handle;
}
