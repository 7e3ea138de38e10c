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
            return new SqliteFileLock(new FileStream(database + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharing)
        {
            throw new InvalidOperationException(
                $"'{database}' is in use by another process or store: the SQLite store serves one node. Set another Path, or use Redis for several nodes.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"'{database}' cannot be written: set the SQLite store's Path to a file in a folder that this process may write to. {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
