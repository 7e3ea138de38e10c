using Microsoft.Data.Sqlite;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Translates SQLite errors into the errors of the contract.</summary>
internal static class SqliteFailures
{
    private const int Full = 13;

    public static Exception Translate(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: Full } e => new WsmqException(WsmqErrors.StoreFull, innerException: e),
        SqliteException e => new WsmqException(WsmqErrors.StoreUnavailable, $"SQLite error {e.SqliteExtendedErrorCode}", e),
        _ => exception,
    };
}
