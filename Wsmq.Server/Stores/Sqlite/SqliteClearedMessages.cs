namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Acknowledged messages for any device, in a table.</summary>
internal sealed class SqliteClearedMessages(SqliteEngine engine, LocalSignals signals, WsmqOptions options, TimeProvider clock) : IClearedMessages
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS cleared (
            user TEXT NOT NULL,
            position INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            PRIMARY KEY (user, position)) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS cleared_expiry ON cleared (expires)",
    ];

    /// <summary>Removes what has expired, at most so many; returns how many.</summary>
    public static int Purge(SqliteSession session, long now, int most) => session.Run(
        "DELETE FROM cleared WHERE (user, position) IN (SELECT user, position FROM cleared WHERE expires <= $now ORDER BY expires LIMIT $most)",
        now, most);

    public Task ClearAsync(WsmqAddress user, IReadOnlyCollection<WsmqPosition> positions, CancellationToken cancellationToken) => engine.WriteAsync(
        s =>
        {
            var expires = clock.NowMicros() + options.Retention.For(user.Kind).MaxAge.Micros();
            foreach (var position in positions)
                s.Run("INSERT OR IGNORE INTO cleared (user, position, expires) VALUES ($user, $position, $expires)", user.Name, position.Value, expires);
            return true;
        },
        _ =>
        {
            foreach (var position in positions)
                signals.Send(user, Signal.MessageCleared(position));
        },
        cancellationToken);

    public async Task<IReadOnlyList<WsmqPosition>> FindAsync(
        WsmqAddress user, WsmqPosition first, WsmqPosition last, CancellationToken cancellationToken) => await engine.ReadAsync(
        s => s.All(
            "SELECT position FROM cleared WHERE user = $user AND position BETWEEN $first AND $last ORDER BY position",
            r => new WsmqPosition(r.GetInt64(0)), user.Name, first.Value, last.Value),
        cancellationToken).ConfigureAwait(false);
}
