using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Sqlite;

internal static partial class SqliteLog
{
    [LoggerMessage(1, LogLevel.Information, "SQLite store opened at {Path}, durability {Durability}")]
    public static partial void Opened(ILogger logger, string path, SqliteDurability durability);

    [LoggerMessage(2, LogLevel.Warning, "SQLite did not commit: {Failures} failures since the last such line")]
    public static partial void CommitFailed(ILogger logger, int failures, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "SQLite did not roll back")]
    public static partial void RollbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "SQLite did not move the write-ahead file into the database while closing; the next start does")]
    public static partial void CheckpointFailed(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "A sweep of the SQLite store failed; the next one tries again")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "A signal handler for {Address} threw")]
    public static partial void HandlerFailed(ILogger logger, Address address, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "The SQLite store does not answer")]
    public static partial void Unavailable(ILogger logger, Exception exception);
}
