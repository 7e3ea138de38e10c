using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// A statement that is prepared once and run many times. Values are passed in the order in which the parameters first appear in the text.
/// It calls SQLite directly: a command of ADO.NET allocates about 2 KB for each run, most of what an append allocated.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly int _parameters;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, sql, out var handle, out var rest));
        Handle = handle;
        if (!string.IsNullOrWhiteSpace(rest))
            throw new InvalidOperationException($"more than one statement: {sql}");
        _parameters = raw.sqlite3_bind_parameter_count(handle);
    }

    public sqlite3_stmt Handle { get; }

    /// <summary>Runs it and returns how many rows it changed.</summary>
    public int Run(ReadOnlySpan<SqliteValue> values)
    {
        using var rows = Query(values);
        while (rows.Read())
        {
        }

        return raw.sqlite3_stmt_readonly(Handle) == 0 ? raw.sqlite3_changes(_database) : 0;
    }

    public SqliteRows Query(ReadOnlySpan<SqliteValue> values)
    {
        if (values.Length != _parameters)
            throw new InvalidOperationException(
                $"{values.Length} values for {_parameters} parameters of: {raw.sqlite3_sql(Handle).utf8_to_string()}");
        for (var i = 0; i < values.Length; i++)
            values[i].Bind(this, i + 1);
        return new SqliteRows(this);
    }

    /// <summary>Continues until the next row; false at the end.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(Handle);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(result, _database);
        return result == raw.SQLITE_ROW;
    }

    // Reports again the error of the last step, which that has thrown already.
    public void Reset() => raw.sqlite3_reset(Handle);

    public void BindNumber(int index, long value) => Check(raw.sqlite3_bind_int64(Handle, index, value));

    public void BindBlob(int index, ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_blob(Handle, index, value));

    public void BindText(int index, string value)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, buffer);

        // SQLite copies the bytes before it returns.
        Check(raw.sqlite3_bind_text(Handle, index, buffer.AsSpan(0, length)));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    public void Dispose() => Handle.Dispose();

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}
