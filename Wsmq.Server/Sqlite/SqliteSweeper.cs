using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Sqlite;

/// <summary>
/// Frees what nobody touches: idle logs whose entries grew too old or were acknowledged, expired message ids, and old entries set aside. Appends and
/// reads trim the logs they touch themselves, so this may be slow and does its work in small transactions.
/// </summary>
internal sealed class SqliteSweeper(SqliteEngine engine, SqliteRetention retention, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private const int LogsPerSweep = 10_000;
    private const int LogsPerWrite = 64;
    private const int IdsPerWrite = 2_000;
    private const int LettersPerWrite = 64;

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _lastLog;

    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(15);

    public void Start() => _loop = LoopAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
                await SweepAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Diagnostics.Log.SqliteSweepFailed(logger, e);
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (await engine.WriteAsync(s => MessageIdTable.Purge(s, clock.NowMicros(), IdsPerWrite), cancellationToken)
            .ConfigureAwait(false) == IdsPerWrite)
            cancellationToken.ThrowIfCancellationRequested();

        while (await engine.WriteAsync(s => DeadLetterTable.Purge(s, clock.NowMicros(), LettersPerWrite), cancellationToken)
            .ConfigureAwait(false) == LettersPerWrite)
            cancellationToken.ThrowIfCancellationRequested();

        while (await engine.WriteAsync(
            s => UsageTable.Purge(s, clock.NowMicros() - retention.Longest, LettersPerWrite), cancellationToken).ConfigureAwait(false) == LettersPerWrite)
            cancellationToken.ThrowIfCancellationRequested();

        var due = await engine.ReadAsync(s => LogTable.WithGraceOver(s, clock.NowMicros(), LogsPerSweep), cancellationToken).ConfigureAwait(false);
        due.AddRange(await TooOldAsync(cancellationToken).ConfigureAwait(false));
        foreach (var ids in due.Distinct().Chunk(LogsPerWrite))
            await engine.WriteAsync(s => Trim(s, ids), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Walks all logs, a part each time.</summary>
    private async Task<IEnumerable<long>> TooOldAsync(CancellationToken cancellationToken)
    {
        var logs = await engine.ReadAsync(s => LogTable.WithEntries(s, _lastLog, LogsPerSweep), cancellationToken).ConfigureAwait(false);
        _lastLog = logs.Count < LogsPerSweep ? 0 : logs[^1].Id;
        var now = clock.NowMicros();
        
        // A row by another hand must not keep the others from being swept.
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
            Diagnostics.Log.SqliteSweepFailed(logger, e);
        }
    }
}
