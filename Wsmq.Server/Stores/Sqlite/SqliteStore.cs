using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The embedded store: one file, one process.</summary>
internal sealed class SqliteStore : IStore
{
    private readonly SqliteEngine _engine;
    private readonly SqliteRoom _room;
    private readonly SqliteSweeper _sweeper;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private int _started;
    private int _disposed;

    public SqliteStore(
        IOptions<WsmqOptions> options, IOptions<WsmqSqliteOptions> sqlite, TimeProvider clock, ILogger<SqliteStore> logger)
    {
        (_clock, _logger) = (clock, logger);
        var retention = new SqliteRetention(options.Value);
        var signals = new LocalSignals(logger);
        _engine = new SqliteEngine(sqlite.Value, clock, logger);
        _room = new SqliteRoom(sqlite.Value, _engine, clock, () => Disk?.Invoke());
        _sweeper = new SqliteSweeper(_engine, retention, clock, logger);
        var tracking = new SqliteTracking(_engine, clock);
        Tracking = tracking;
        var log = new SqliteMessageLog(_engine, _room, options.Value, retention, signals, clock) { Tracking = tracking };
        MessageLog = log;
        Delayed = new SqliteDelayed(_engine, log, options.Value, clock);
        Expiry = new SqliteExpiry(_engine, options.Value, clock);
        Unacknowledged = new SqliteUnacknowledged(_engine, clock);
        Usage = new SqliteUsage(_engine, _room, options.Value, clock);
        Memberships = new SqliteMemberships(_engine, signals, options.Value.Limits.GroupsPerUser);
        Signals = signals;
        DeadLetters = new SqliteDeadLetters(_engine, options.Value, tracking, clock);
        Jobs = new SqliteJobs(_engine, signals, clock);
        Declarations = new SqliteDeclarations(_engine, _room, signals, clock);
        Access = new SqliteAccess(_engine, clock);
        Inspection = new SqliteInspection(_engine);
        Runs = new SqliteRuns(_engine, clock);
        LastSeen = new SqliteLastSeen(_engine, clock);
        Cleared = new SqliteClearedMessages(_engine, signals, options.Value, clock);
    }

    public event Action? Doubted
    {
        add => _engine.Doubted += value;
        remove => _engine.Doubted -= value;
    }

    public IMessageLog MessageLog { get; }

    public IMembershipStore Memberships { get; }

    public ISignals Signals { get; }

    public IDeadLetterStore DeadLetters { get; }

    public IDelayedMessages Delayed { get; }

    public IExpiryStore Expiry { get; }

    public IUnacknowledgedStore Unacknowledged { get; }

    public IJobStore Jobs { get; }

    public IDeclarationStore Declarations { get; }

    public IAccessStore Access { get; }

    public IUsageStore Usage { get; }

    public ILogInspection Inspection { get; }

    public IRunStore Runs { get; }

    public ILastSeenStore LastSeen { get; }

    public ITrackingStore Tracking { get; }

    public IClearedMessages Cleared { get; }

    public INodeStore Nodes { get; } = new SqliteNode();

    public long Now => _clock.NowMicros();

    /// <summary>For tests: replaces the disk's free and total space. If it returns null, the real disk counts.</summary>
    internal Func<DiskSpace?>? Disk { get; init; }

    /// <summary>For tests: the maximum number of pages of the file, to simulate a full disk.</summary>
    internal int? MaxPages { get; init; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (Interlocked.Exchange(ref _started, 1) != 0)
            return;
        try
        {
            await _engine.OpenAsync(MaxPages, cancellationToken).ConfigureAwait(false);
            await _room.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Volatile.Write(ref _started, 0);
            throw;
        }

        _sweeper.Start();
    }

    public async Task<bool> IsAvailableAsync(CancellationToken cancellationToken)
    {
        try
        {
            // An empty write transaction: reads still succeed while the database is locked for writing.
            return _engine.IsRunning && await _engine.WriteAsync(_ => true, cancellationToken).ConfigureAwait(false);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreFull)
        {
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.StoreUnavailable(_logger, e);
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _sweeper.DisposeAsync().ConfigureAwait(false);
        await _engine.CloseAsync().ConfigureAwait(false);
    }
}
