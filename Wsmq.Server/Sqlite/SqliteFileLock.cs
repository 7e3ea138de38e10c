namespace Wsmq.Server.Sqlite;

/// <summary>
/// Keeps a second process off the database. SQLite itself would let both in, and signals would then reach only half of the
/// readers. The operating system drops the lock with the process, however that ends; the empty file stays, because deleting it
/// would let two processes hold locks on two files of the same name.
/// </summary>
internal sealed class SqliteFileLock : IDisposable
{
    // How the platforms name a lock that is held: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharing = unchecked((int)0x80070020);

    private readonly FileStream _file;

    private SqliteFileLock(FileStream file) => _file = file;

    public static SqliteFileLock Take(string database)
    {
        try
        {
            if (Path.GetDirectoryName(database) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            var held = new SqliteFileLock(OwnersOnly(database + ".lock"));

            // Made here, and not by SQLite, for its rights; SQLite gives the same to the files beside it. One that is there keeps its own.
            if (!Path.Exists(database))
                OwnersOnly(database).Dispose();
            return held;
        }
        catch (IOException e) when (e.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharing)
        {
            throw new InvalidOperationException(
                $"'{database}' is in use by another process or store: the SQLite store serves one node. Stop that one, set another WsmqSqliteOptions.Path, or use Redis for several nodes.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"'{database}' cannot be written: set WsmqSqliteOptions.Path to a file in a folder that this process may write to, or change the rights of this one. {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();

    // Messages of all users are in it: other accounts of the machine have no business there.
    private static FileStream OwnersOnly(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
