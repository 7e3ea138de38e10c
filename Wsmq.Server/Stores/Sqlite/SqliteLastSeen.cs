namespace Wsmq.Server.Stores.Sqlite;

/// <summary>When users were last seen, in a table.</summary>
internal sealed class SqliteLastSeen(SqliteEngine engine, TimeProvider clock) : ILastSeenStore
{
    // A write of many users must not delay appends.
    private const int AtATime = 256;

    public static readonly string[] Definition =
    [
        "CREATE TABLE IF NOT EXISTS last_seen (user TEXT PRIMARY KEY, seen INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS last_seen_expiry ON last_seen (expires)",
    ];

    /// <summary>Removes what has expired, at most so many; returns how many.</summary>
    public static int Purge(SqliteSession session, long now, int most) => session.Run(
        "DELETE FROM last_seen WHERE user IN (SELECT user FROM last_seen WHERE expires <= $now ORDER BY expires LIMIT $most)", now, most);

    public async Task NoteAsync(
        IReadOnlyCollection<KeyValuePair<string, long>> users, TimeSpan kept, CancellationToken cancellationToken)
    {
        foreach (var part in users.Chunk(AtATime))
        {
            await engine.WriteAsync(
                s =>
                {
                    foreach (var (user, seen) in part)
                        s.Run("INSERT OR REPLACE INTO last_seen (user, seen, expires) VALUES ($user, $seen, $expires)", user, seen, seen + kept.Micros());
                    return true;
                },
                cancellationToken);
        }
    }

    public Task<IReadOnlyDictionary<string, long>> ReadAsync(IReadOnlyCollection<string> users, CancellationToken cancellationToken) =>
        engine.ReadAsync<IReadOnlyDictionary<string, long>>(
            s =>
            {
                var (found, now) = (new Dictionary<string, long>(StringComparer.Ordinal), clock.NowMicros());
                foreach (var user in users)
                {
                    foreach (var seen in s.All("SELECT seen FROM last_seen WHERE user = $user AND expires > $now", r => r.GetInt64(0), user, now))
                        found[user] = seen;
                }

                return found;
            },
            cancellationToken);

    public Task ForgetAsync(string user, CancellationToken cancellationToken) =>
        engine.WriteAsync(s => s.Run("DELETE FROM last_seen WHERE user = $user", user), cancellationToken);
}
