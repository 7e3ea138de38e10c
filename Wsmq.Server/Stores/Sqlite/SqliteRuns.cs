namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Runs in a table.</summary>
internal sealed class SqliteRuns(SqliteEngine engine, TimeProvider clock) : IRunStore
{
    public static readonly string[] Definition =
    [
        "CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID",
    ];

    public Task<StoredRuns> ListAsync(CancellationToken cancellationToken) => engine.ReadAsync(
        s => new StoredRuns(
            clock.NowMicros(),
            s.All("SELECT id, state FROM runs", r => (Id: r.GetString(0), State: r.GetString(1))).ToDictionary(r => r.Id, r => r.State, StringComparer.Ordinal)),
        cancellationToken);

    public Task<StoredRun> ReadAsync(string id, CancellationToken cancellationToken) =>
        engine.ReadAsync(s => new StoredRun(clock.NowMicros(), TextOf(s, id)), cancellationToken);

    public Task<bool> ReplaceAsync(string id, string? before, string? after, CancellationToken cancellationToken) =>
        engine.WriteAsync(s => Replace(s, id, before, after), cancellationToken);

    private static string? TextOf(SqliteSession session, string id) =>
        session.One("SELECT state FROM runs WHERE id = $id", r => r.GetString(0), id);

    private static bool Replace(SqliteSession session, string id, string? before, string? after)
    {
        if (TextOf(session, id) != before)
            return false;
        if (after is null)
            session.Run("DELETE FROM runs WHERE id = $id", id);
        else
            session.Run("INSERT OR REPLACE INTO runs (id, state) VALUES ($id, $state)", id, after);
        return true;
    }
}
