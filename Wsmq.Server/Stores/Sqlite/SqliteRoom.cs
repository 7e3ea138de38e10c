namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// Checks whether there is capacity for more messages: on a completely full disk, acks and removals would fail as well. Checked a few times
/// a second, concurrently with the appends.
/// </summary>
internal sealed class SqliteRoom(WsmqSqliteOptions options, SqliteEngine engine, TimeProvider clock, Func<DiskSpace?> disk)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private long _looked;
    private int _looking;
    private volatile bool _isFull;

    /// <summary>The capacity in bytes, of which users get shares.</summary>
    public long Capacity { get; private set; } = options.MaxBytes ?? 1L << 40;

    /// <summary>Runs the first check, and sets the capacity.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var (used, _) = await LookAsync(cancellationToken).ConfigureAwait(false);
        Capacity = options.MaxBytes ?? used + Math.Max(0, Free() - Reserve());
    }

    /// <exception cref="WsmqException"><c>store-full</c>.</exception>
    public void Require()
    {
        if (clock.GetElapsedTime(Volatile.Read(ref _looked)) > LookEvery && Interlocked.Exchange(ref _looking, 1) == 0)
            _ = RefreshAsync();
        if (_isFull)
            throw new WsmqException(WsmqErrors.StoreFull);
    }

    private async Task RefreshAsync()
    {
        try
        {
            await LookAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (WsmqException)
        {
            // If the database cannot be read, the appends fail themselves; the next one starts another check.
            Volatile.Write(ref _looked, 0);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private async Task<(long Used, long Free)> LookAsync(CancellationToken cancellationToken)
    {
        var (pages, empty, size) = await engine.ReadAsync(
            s => (s.One("PRAGMA page_count", r => r.GetInt64(0)), s.One("PRAGMA freelist_count", r => r.GetInt64(0)), s.One("PRAGMA page_size", r => r.GetInt64(0))),
            cancellationToken).ConfigureAwait(false);
        var (used, free) = ((pages - empty) * size, Free());

        // Free pages are reused before the file grows, so they count as free space; the write-ahead file needs disk space in any case.
        var reserve = Reserve();
        _isFull = used >= options.MaxBytes || free + (empty * size) < reserve || free < reserve / 4;
        Volatile.Write(ref _looked, clock.GetTimestamp());
        return (used, free);
    }

    private long Reserve() => Math.Min(options.ReserveBytes, Disk().Total / 10);

    private long Free() => Disk().Free;

    private DiskSpace Disk()
    {
        if (disk() is { } known)
            return known;
        var drive = new DriveInfo(Path.GetDirectoryName(engine.FullPath)!);
        return new DiskSpace(drive.AvailableFreeSpace, drive.TotalSize);
    }
}

/// <summary>Free and total bytes of the disk that holds the file.</summary>
internal readonly record struct DiskSpace(long Free, long Total);
