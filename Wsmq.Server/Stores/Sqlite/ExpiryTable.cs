namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// When the times to live of entries end, and the ranges of those that were removed because of it. Separate tables, so that older files need no
/// migration; a log without such entries has no rows in them. Between two entries of a log there is at most one range.
/// </summary>
internal static class ExpiryTable
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS entry_ends (
            log INTEGER NOT NULL,
            position INTEGER NOT NULL,
            ends INTEGER NOT NULL,
            PRIMARY KEY (log, position)) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS entry_ends_due ON entry_ends (ends)",
        """
        CREATE TABLE IF NOT EXISTS gone_entries (
            log INTEGER NOT NULL,
            through INTEGER NOT NULL,
            after INTEGER NOT NULL,
            PRIMARY KEY (log, through)) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS gone_entries_begin ON gone_entries (log, after)",
    ];

    /// <summary>Notes when an entry ends, and forgets those that retention has removed before.</summary>
    public static void Note(SqliteSession session, LogRow row, long position, long ends)
    {
        session.Run("DELETE FROM entry_ends WHERE log = $log AND position <= $removed", row.Id, row.Removed);
        session.Run("INSERT OR REPLACE INTO entry_ends (log, position, ends) VALUES ($log, $position, $ends)", row.Id, position, ends);
    }

    /// <summary>Whether an entry has ended up to a time.</summary>
    public static bool HasEnded(SqliteSession session, long through) =>
        session.One("SELECT 1 FROM entry_ends WHERE ends <= $through LIMIT 1", r => true, through);

    /// <summary>The entries that have ended up to a time, oldest first.</summary>
    public static List<(long Log, long Position)> Ended(SqliteSession session, long through, int limit) => session.All(
        "SELECT log, position FROM entry_ends WHERE ends <= $through ORDER BY ends LIMIT $limit", r => (r.GetInt64(0), r.GetInt64(1)), through, limit);

    public static void Forget(SqliteSession session, long log, long position) =>
        session.Run("DELETE FROM entry_ends WHERE log = $log AND position = $position", log, position);

    /// <summary>
    /// Adds an entry to the ranges of its log: one that ends before it and one that begins after it become one with it.
    /// </summary>
    public static void AddGone(SqliteSession session, LogRow row, long position, long previous)
    {
        var after = session.One<long?>(
            "SELECT after FROM gone_entries WHERE log = $log AND through = $through", r => r.GetInt64(0), row.Id, previous);
        var through = session.One<long?>(
            "SELECT through FROM gone_entries WHERE log = $log AND after = $after", r => r.GetInt64(0), row.Id, position) ?? position;
        session.Run(
            "DELETE FROM gone_entries WHERE log = $log AND (through = $previous OR after = $position)", row.Id, previous, position);
        session.Run(
            "INSERT OR REPLACE INTO gone_entries (log, through, after) VALUES ($log, $through, $after)", row.Id, through, after ?? previous);
        row.Gone = Math.Max(row.Gone, through);
        session.Run("UPDATE logs SET gone = $gone WHERE id = $id", row.Gone, row.Id);
    }

    /// <summary>The ranges that end after a position, by their ends: at most so many, the oldest ones.</summary>
    public static Dictionary<long, long> GoneAfter(SqliteSession session, long log, long position, int limit) => session.All(
        "SELECT through, after FROM gone_entries WHERE log = $log AND through > $position AND after < through ORDER BY through LIMIT $limit",
        r => (r.GetInt64(0), r.GetInt64(1)), log, position, limit).ToDictionary(r => r.Item1, r => r.Item2);

    /// <summary>The end of the newest range that ends at or before a position; 0 if there is none.</summary>
    public static long NewestGone(SqliteSession session, long log, long through) => session.One(
        "SELECT through FROM gone_entries WHERE log = $log AND through <= $through ORDER BY through DESC LIMIT 1", r => r.GetInt64(0), log, through);

    /// <summary>Forgets the ranges up to a position.</summary>
    public static void ForgetGone(SqliteSession session, long log, long through) =>
        session.Run("DELETE FROM gone_entries WHERE log = $log AND through <= $through", log, through);
}
