using System.Globalization;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Messages with a delay in a table. There is one node, so that it always has the turn.</summary>
internal sealed class SqliteDelayed(SqliteEngine engine, SqliteMessageLog log, TimeProvider clock) : IDelayedMessages
{
    public event Action<int, long>? Added
    {
        add => log.Waits += value;
        remove => log.Waits -= value;
    }

    public async Task<DueMessages> DueAsync(int lane, CancellationToken cancellationToken)
    {
        var (rows, next) = await engine.ReadAsync(
            s => s.Snapshot(r => DelayedTable.Due(r, clock.NowMicros())), cancellationToken).ConfigureAwait(false);
        var messages = rows.Select(Read).OfType<AppendRequest>().ToArray();
        if (messages.Length < rows.Count)
            await engine.WriteAsync(s => Postpone(s, rows.Where(r => Read(r) is null)), cancellationToken).ConfigureAwait(false);
        return new DueMessages(
            messages, rows.Count > 0 ? TimeSpan.Zero : next is { } due ? TimeSpan.FromMicroseconds(Math.Max(0, due - clock.NowMicros())) : null);
    }

    public Task<bool> CancelAsync(WsmqAddress to, string sender, string id, CancellationToken cancellationToken) =>
        engine.WriteAsync(s => DelayedTable.Remove(s, to, sender, id), cancellationToken);

    private int Postpone(SqliteSession session, IEnumerable<DelayedRow> rows)
    {
        var due = clock.NowMicros() + IDelayedMessages.PauseOfForeign.Micros();
        return rows.Sum(row => DelayedTable.Postpone(session, row.Key, due));
    }

    private static AppendRequest? Read(DelayedRow row) => WsmqAddress.TryParse(row.Address, out var to, out _) && to.Kind != WsmqAddressKind.Work
        ? DelayedRequest.Of(to, row.Key.ToString(CultureInfo.InvariantCulture), row.Metadata, row.Body)
        : null;
}
