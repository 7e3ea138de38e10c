using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The open database: the lock on the file, the writer and the readers.</summary>
internal sealed class SqliteEngine(WsmqSqliteOptions options, TimeProvider clock, ILogger logger)
{
    private Parts? _parts;

    /// <summary>Raised when a transaction failed because the database could not be used.</summary>
    public event Action? Doubted;

    private Parts Opened => Volatile.Read(ref _parts) ?? throw new InvalidOperationException("The SQLite store has not been started.");

    /// <summary>The full path of the database file, with symbolic links resolved.</summary>
    public string FullPath { get; } = FinalPath(options.Path);

    public bool IsRunning => Volatile.Read(ref _parts) is { Writer.IsRunning: true };

    public async Task OpenAsync(int? maxPages, CancellationToken cancellationToken)
    {
        var path = FullPath;
        var held = await SqliteFileLock.TakeAsync(path, cancellationToken).ConfigureAwait(false);
        SqliteSession? session = null;
        try
        {
            var connections = new SqliteConnections(path, options.Durability);
            session = connections.OpenWriter(maxPages);
            var readers = new SqliteReaders(connections);
            Volatile.Write(ref _parts, new Parts(held, new SqliteWriter(session, options.Durability, () => Doubted?.Invoke(), clock, logger), readers));
        }
        catch
        {
            session?.Dispose();
            held.Dispose();
            throw;
        }

        Log.SqliteOpened(logger, path, options.Durability);
    }

    public Task<T> WriteAsync<T>(Func<SqliteSession, T> operation, CancellationToken cancellationToken) =>
        Opened.Writer.RunAsync(operation, null, expendable: false, cancellationToken);

    /// <summary>For writes whose loss in a power failure does no harm.</summary>
    public Task<T> WriteExpendableAsync<T>(Func<SqliteSession, T> operation, CancellationToken cancellationToken) =>
        Opened.Writer.RunAsync(operation, null, expendable: true, cancellationToken);

    public Task<T> WriteAsync<T>(Func<SqliteSession, T> operation, Action<T> committed, CancellationToken cancellationToken) =>
        Opened.Writer.RunAsync(operation, committed, expendable: false, cancellationToken);

    public Task<T> WriteAsync<T>(WriteCommand<T> command) => Opened.Writer.RunAsync(command);

    public Task<T> ReadAsync<T>(Func<SqliteSession, T> operation, CancellationToken cancellationToken) =>
        Opened.Readers.RunAsync(operation, cancellationToken);

    public async Task CloseAsync()
    {
        if (Volatile.Read(ref _parts) is not { } parts)
            return;
        await parts.Writer.StopAsync().ConfigureAwait(false);
        parts.Readers.Dispose();
        parts.Lock.Dispose();
    }

    /// <summary>Resolves links: two names of the same file must lead to the same lock.</summary>
    private static string FinalPath(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    private sealed record Parts(SqliteFileLock Lock, SqliteWriter Writer, SqliteReaders Readers);
}
