using System.Diagnostics;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// Prevents a second process from opening the database. SQLite itself would allow both, and signals would then reach only the readers of
/// one process. The operating system releases the lock when the process ends, however it ends. The empty file stays: if it were deleted,
/// two processes could hold locks on two files of the same name.
/// </summary>
internal sealed class SqliteFileLock : IDisposable
{
    // Error codes for a lock that is held: EWOULDBLOCK on Linux and on macOS, ERROR_SHARING_VIOLATION on Windows.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharing = unchecked((int)0x80070020);

    // The process or host before this one may still be closing the database, although its stop has returned.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private SqliteFileLock(FileStream file) => _file = file;

    /// <exception cref="InvalidOperationException">The database is in use, or cannot be written.</exception>
    public static async Task<SqliteFileLock> TakeAsync(string database, CancellationToken cancellationToken)
    {
        try
        {
            if (Path.GetDirectoryName(database) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            var held = new SqliteFileLock(await LockAsync(database + ".lock", cancellationToken).ConfigureAwait(false));

            // Created here, not by SQLite, to set its permissions, which SQLite copies to -wal and -shm. An existing file keeps its own.
            if (!Path.Exists(database))
                OwnersOnly(database).Dispose();
            return held;
        }
        catch (IOException e) when (IsHeld(e))
        {
            // Without the exception of the lock file, which would only repeat this in other words.
            throw new InvalidOperationException(
                $"'{database}' is in use by another process or store: the SQLite store serves one node. Stop the other process (this app may "
                + "run already), set another WsmqSqliteOptions.Path, or use Redis for several nodes.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"'{database}' cannot be written: set WsmqSqliteOptions.Path to a file in a folder that this process may write to, "
                + $"or change the permissions of this one. {e.Message}",
                e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return OwnersOnly(path);
            }
            catch (IOException e) when (IsHeld(e) && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsHeld(IOException error) => error.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharing;

    // The file contains the messages of all users: other accounts of the machine must not read it.
    private static FileStream OwnersOnly(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
