namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Validates positions read from rows: another program may have written any number there.</summary>
internal static class SqlitePosition
{
    public static bool IsOne(long value) => value is >= 0 and <= WsmqPosition.MaxValue;

    /// <exception cref="WsmqException"><c>store-corrupt</c>.</exception>
    public static long Checked(long value) => IsOne(value) ? value : throw new WsmqException(WsmqErrors.StoreCorrupt, "invalid position");
}
