using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// Removes data that no call touches: entries of idle logs that are too old or acknowledged, expired message ids, producers and sequences, expired
/// dead letters, outcomes of jobs, times at which users were last seen, records of tracked messages, which messages for any device were acknowledged, and old
/// usage accounts. Appends and reads trim the logs that they touch, so this may be slow, and works in small transactions.
/// </summary>
internal sealed class SqliteSweeper(SqliteEngine engine, SqliteRetention retention, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private const int LogsPerSweep = 10_000;
    private const int LogsPerWrite = 64;
    private const int IdsPerWrite = 2_000;
    private const int LettersPerWrite = 64;

    private readonly BackgroundLoop _loop = new(clock);
    private long _lastLog;

    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(15);

    // A failed sweep is repeated after the interval and not sooner: nothing waits for it.
    public void Start() => _loop.StartWithoutRetry(SweepAsync, () => Interval, e => Log.SqliteSweepFailed(logger, e));

    public async ValueTask DisposeAsync() => await _loop.StopAsync().ConfigureAwait(false);

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        await PurgeAsync((s, limit) => MessageIdTable.Purge(s, clock.NowMicros(), limit), IdsPerWrite, cancellationToken).ConfigureAwait(false);
        await PurgeAsync((s, limit) => ProducerTable.Purge(s, clock.NowMicros(), limit), IdsPerWrite, cancellationToken).ConfigureAwait(false);
        await PurgeAsync((s, limit) => SequenceTable.Purge(s, clock.NowMicros(), limit), IdsPerWrite, cancellationToken).ConfigureAwait(false);
        await PurgeAsync((s, limit) => JobOutcomeTable.Purge(s, clock.NowMicros(), limit), IdsPerWrite, cancellationToken).ConfigureAwait(false);
        await PurgeAsync((s, limit) => DeadLetterTable.Purge(s, clock.NowMicros(), limit), LettersPerWrite, cancellationToken)
            .ConfigureAwait(false);
        await PurgeAsync((s, limit) => SqliteLastSeen.Purge(s, clock.NowMicros(), limit), IdsPerWrite, cancellationToken).ConfigureAwait(false);
        await PurgeAsync((s, limit) => TrackTable.Purge(s, clock.NowMicros(), limit), LettersPerWrite, cancellationToken).ConfigureAwait(false);
        await PurgeAsync((s, limit) => SqliteClearedMessages.Purge(s, clock.NowMicros(), limit), IdsPerWrite, cancellationToken).ConfigureAwait(false);
        await PurgeAsync((s, limit) => UsageTable.Purge(s, clock.NowMicros() - retention.Longest, limit), LettersPerWrite, cancellationToken)
            .ConfigureAwait(false);

        var due = await engine.ReadAsync(s => LogTable.WithGraceOver(s, clock.NowMicros(), LogsPerSweep), cancellationToken).ConfigureAwait(false);
        due.AddRange(await TooOldAsync(cancellationToken).ConfigureAwait(false));
        foreach (var ids in due.Distinct().Chunk(LogsPerWrite))
            await engine.WriteAsync(s => Trim(s, ids), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes rows in transactions of at most so many, until there are fewer.</summary>
    private async Task PurgeAsync(Func<SqliteSession, int, int> purge, int limit, CancellationToken cancellationToken)
    {
        while (await engine.WriteAsync(s => purge(s, limit), cancellationToken).ConfigureAwait(false) == limit)
            cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>The logs with entries that are too old. Scans all logs, a part with each call.</summary>
    private async Task<IEnumerable<long>> TooOldAsync(CancellationToken cancellationToken)
    {
        var logs = await engine.ReadAsync(s => LogTable.WithEntries(s, _lastLog, LogsPerSweep), cancellationToken).ConfigureAwait(false);
        _lastLog = logs.Count < LogsPerSweep ? 0 : logs[^1].Id;
        var now = clock.NowMicros();

        // A corrupt row must not prevent the others from being swept.
        return logs.Where(l => WsmqAddress.TryParse(l.Address, out var address, out _) && retention.IsTooOld(address, l.Oldest, now)).Select(l => l.Id);
    }

    private int Trim(SqliteSession session, long[] ids)
    {
        var now = clock.NowMicros();
        foreach (var id in ids)
            Trim(session, id, now);
        return ids.Length;
    }

    private void Trim(SqliteSession session, long id, long now)
    {
        try
        {
            if (LogTable.Find(session, id) is not { } row)
                return;
            retention.Apply(session, row, now);
            LogTable.Save(session, row);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            Log.SqliteSweepFailed(logger, e);
        }
    }
}
