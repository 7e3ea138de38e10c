using System.Globalization;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Messages with a delay in a table. There is one node, so that it always has the turn.</summary>
internal sealed class SqliteDelayed(SqliteEngine engine, SqliteMessageLog log, WsmqOptions options, TimeProvider clock) : IDelayedMessages
{
    // Less than the largest long has.
    private const int MostDigits = 18;

    public event Action<int, long>? Added
    {
        add => log.Waits += value;
        remove => log.Waits -= value;
    }

    public async Task<DueMessages> DueAsync(int lane, CancellationToken cancellationToken)
    {
        var ended = clock.NowMicros() - options.Delivery.AckGrace.Micros();
        var ((rows, next), hasExpired) = await engine.ReadAsync(
            s => s.Snapshot(r => (DelayedTable.Due(r, clock.NowMicros()), ExpiryTable.HasEnded(r, ended))), cancellationToken).ConfigureAwait(false);
        var messages = rows.Select(Read).OfType<AppendRequest>().ToArray();
        if (messages.Length < rows.Count)
            await engine.WriteAsync(s => Postpone(s, rows.Where(r => Read(r) is null)), cancellationToken).ConfigureAwait(false);
        return new DueMessages(
            messages, rows.Count > 0 ? TimeSpan.Zero : next is { } due ? TimeSpan.FromMicroseconds(Math.Max(0, due - clock.NowMicros())) : null)
        {
            HasExpired = hasExpired,
        };
    }

    public Task<bool> CancelAsync(WsmqAddress to, string sender, string id, CancellationToken cancellationToken) =>
        engine.WriteAsync(s => DelayedTable.Remove(s, to, sender, id), cancellationToken);

    public async Task<bool> CancelAsync(WsmqAddress to, string key, CancellationToken cancellationToken) =>
        long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && await engine.WriteAsync(s => DelayedTable.Remove(s, to, number), cancellationToken).ConfigureAwait(false);

    public Task<StorePage<DelayedHead>> ListAsync(WsmqAddress to, string? next, int max, int bodyBytes, CancellationToken cancellationToken)
    {
        var (due, key) = next is null ? (-1, "0") : DelayedRequest.AfterOf(next, MostDigits);
        var after = long.Parse(key, CultureInfo.InvariantCulture);
        return engine.ReadAsync(s => s.Snapshot(r => List(r, to, (due, after), max, bodyBytes)), cancellationToken);
    }

    private static StorePage<DelayedHead> List(SqliteSession session, WsmqAddress to, (long Due, long Key) after, int max, int bodyBytes)
    {
        var (found, bytes, isLast) = (new List<DelayedHead>(), 0L, true);

        // One more than the page has: whether another one follows.
        using var rows = DelayedTable.List(session, to, after.Due, after.Key, bodyBytes, max + 1);
        while (rows.Read())
        {
            isLast = found.Count < max && bytes < IDelayedMessages.MostListedBytes;
            if (!isLast)
                break;
            var key = rows.GetInt64(0).ToString(CultureInfo.InvariantCulture);
            found.Add(new DelayedHead(key, rows.GetInt64(1), rows.GetBytes(2), rows.GetBytes(3), rows.GetInt64(4)));
            bytes += found[^1].Metadata.Length + found[^1].BodyStart.Length;
        }

        var next = isLast ? null : DelayedRequest.NextOf(found[^1].Due.ToString(CultureInfo.InvariantCulture), found[^1].Key);
        return new StorePage<DelayedHead>(found, next, found.Count);
    }

    private int Postpone(SqliteSession session, IEnumerable<DelayedRow> rows)
    {
        var due = clock.NowMicros() + IDelayedMessages.PauseOfForeign.Micros();
        return rows.Sum(row => DelayedTable.Postpone(session, row.Key, due));
    }

    private static AppendRequest? Read(DelayedRow row) => WsmqAddress.TryParse(row.Address, out var to, out _) && to.Kind != WsmqAddressKind.Work
        ? DelayedRequest.Of(to, row.Key.ToString(CultureInfo.InvariantCulture), row.Metadata, row.Body)
        : null;
}
