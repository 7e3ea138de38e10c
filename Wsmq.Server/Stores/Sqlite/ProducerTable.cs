namespace Wsmq.Server.Stores.Sqlite;

/// <summary>How far the producers were processed, see <see cref="ProducerState"/>.</summary>
internal static class ProducerTable
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS producers (
            key BLOB PRIMARY KEY,
            state TEXT NOT NULL,
            expires INTEGER NOT NULL) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS producers_expiry ON producers (expires)",
    ];

    /// <summary>The state of a producer that is not expired; null if there is none.</summary>
    public static string? Find(SqliteSession session, ReadOnlyMemory<byte> key, long now) => session.One(
        "SELECT state FROM producers WHERE key = $key AND expires > $now", r => r.IsDBNull(0) ? string.Empty : r.GetString(0), key, now);

    public static void Save(SqliteSession session, ReadOnlyMemory<byte> key, string state, long expires) => session.Run(
        """
        INSERT INTO producers (key, state, expires) VALUES ($key, $state, $expires)
        ON CONFLICT (key) DO UPDATE SET state = excluded.state, expires = excluded.expires
        """,
        key, state, expires);

    /// <summary>Removes expired producers, at most <paramref name="limit"/>, and returns how many.</summary>
    public static int Purge(SqliteSession session, long now, int limit) => session.Run(
        "DELETE FROM producers WHERE key IN (SELECT key FROM producers WHERE expires <= $now ORDER BY expires LIMIT $limit)", now, limit);
}
