using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// A statement that is prepared once and run many times. Values are passed in the order in which the parameters first appear in
/// the text.
/// </summary>
internal sealed partial class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        foreach (var name in ParameterNames().Matches(sql).Select(m => m.Value).Distinct())
            _command.Parameters.Add(new SqliteParameter { ParameterName = name });
    }

    /// <summary>Runs it and returns how many rows it changed.</summary>
    public int Run(ReadOnlySpan<object> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    public SqliteDataReader Query(ReadOnlySpan<object> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object> values)
    {
        if (values.Length != _command.Parameters.Count)
            throw new InvalidOperationException($"{values.Length} values for {_command.Parameters.Count} parameters of: {_command.CommandText}");
        for (var i = 0; i < values.Length; i++)
            _command.Parameters[i].Value = values[i];
    }

    [GeneratedRegex(@"\$\w+")]
    private static partial Regex ParameterNames();
}
