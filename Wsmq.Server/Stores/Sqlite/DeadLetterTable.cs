namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Failed attempts at the first entry after a cursor. Obsolete once the cursor has reached its position.</summary>
internal sealed record FailureRow(long Position, int Reported, int Silent);

/// <summary>Failed attempts and dead letters. Separate tables, so that older files need no migration.</summary>
internal static class DeadLetterTable
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS failures (
            log INTEGER NOT NULL,
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            position INTEGER NOT NULL,
            reported INTEGER NOT NULL,
            silent INTEGER NOT NULL,
            PRIMARY KEY (log, user, device)) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS dead_letters (
            log INTEGER NOT NULL,
            user TEXT NOT NULL,
            position INTEGER NOT NULL,
            device TEXT NOT NULL,
            previous INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            at INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            reason TEXT NOT NULL,
            metadata BLOB NOT NULL,
            body BLOB NOT NULL)
        """,
        "CREATE UNIQUE INDEX IF NOT EXISTS dead_letters_of_log ON dead_letters (log, user, position, device)",
        "CREATE INDEX IF NOT EXISTS dead_letters_expiry ON dead_letters (expires)",
        "CREATE INDEX IF NOT EXISTS dead_letters_by_time ON dead_letters (at)",
    ];

    public static FailureRow? Failures(SqliteSession session, long log, string user, string device) => session.One(
        "SELECT position, reported, silent FROM failures WHERE log = $log AND user = $user AND device = $device",
        r => new FailureRow(r.GetInt64(0), r.GetInt32(1), r.GetInt32(2)), log, user, device);

    public static void SaveFailures(SqliteSession session, long log, string user, string device, FailureRow row) => session.Run(
        """
        INSERT INTO failures (log, user, device, position, reported, silent) VALUES ($log, $user, $device, $position, $reported, $silent)
        ON CONFLICT (log, user, device) DO UPDATE SET position = excluded.position, reported = excluded.reported, silent = excluded.silent
        """,
        log, user, device, row.Position, row.Reported, row.Silent);

    public static void ForgetFailures(SqliteSession session, long log, string user, string device) =>
        session.Run("DELETE FROM failures WHERE log = $log AND user = $user AND device = $device", log, user, device);

    public static void Insert(SqliteSession session, long log, string user, StoredDeadLetter letter, long expires) => session.Run(
        """
        INSERT INTO dead_letters (log, user, position, device, previous, attempts, at, expires, reason, metadata, body)
        VALUES ($log, $user, $position, $device, $previous, $attempts, $at, $expires, $reason, $metadata, $body)
        ON CONFLICT DO NOTHING
        """,
        log, user, letter.Key.Position.Value, letter.Key.Device, letter.Entry!.Previous.Value, letter.Attempts, letter.DeadLetteredAt, expires,
        letter.Reason, letter.Entry.Metadata, letter.Entry.Body);

    /// <summary>
    /// Removes the oldest dead letters above the limits of count and bytes, but never the newest for its bytes; returns how many.
    /// </summary>
    public static int Trim(SqliteSession session, long log, string user, int most, long room) => session.Run(
        """
        DELETE FROM dead_letters WHERE rowid IN (
            SELECT id FROM (
                SELECT rowid AS id, row_number() OVER newest AS number,
                    sum(length(metadata) + length(body) + $overhead) OVER newest AS bytes
                FROM dead_letters WHERE log = $log AND user = $user WINDOW newest AS (ORDER BY at DESC, rowid DESC))
            WHERE number > $most OR (number > 1 AND bytes > $room))
        """,
        IDeadLetterStore.Overhead, log, user, most, room);

    public static List<StoredDeadLetter> List(SqliteSession session, LogRow row, string user, long now) => session.All(
        """
        SELECT position, device, attempts, at, reason FROM dead_letters
        WHERE log = $log AND user = $user AND expires > $now ORDER BY position, device
        """,
        r => new StoredDeadLetter(
            new DeadLetterKey(row.Address, new WsmqPosition(r.GetInt64(0)), r.GetString(1)), r.GetInt32(2), r.GetInt64(3), r.GetString(4), null),
        row.Id, user, now);

    /// <summary>One dead letter without its entry.</summary>
    public static DeadLetterHead? Head(SqliteSession session, LogRow row, string user, WsmqPosition position, string device, long now) => session.One(
        """
        SELECT attempts, at, reason FROM dead_letters
        WHERE log = $log AND user = $user AND position = $position AND device = $device AND expires > $now
        """,
        r => new DeadLetterHead(
            user,
            new StoredDeadLetter(new DeadLetterKey(row.Address, position, device), r.GetInt32(0), r.GetInt64(1), r.GetString(2), null),
            null),
        row.Id, user, position.Value, device, now);

    public static StoredDeadLetter? Find(SqliteSession session, long log, string user, DeadLetterKey key, long now) => session.One(
        """
        SELECT attempts, at, reason, previous, metadata, body FROM dead_letters
        WHERE log = $log AND user = $user AND position = $position AND device = $device AND expires > $now
        """,
        r => new StoredDeadLetter(key, r.GetInt32(0), r.GetInt64(1), r.GetString(2), new LogEntry(
            key.Position, new WsmqPosition(r.GetInt64(3)), r.GetBytes(4), r.GetBytes(5))),
        log, user, key.Position.Value, key.Device, now);

    public static bool Remove(SqliteSession session, long log, string user, DeadLetterKey key) => session.Run(
        "DELETE FROM dead_letters WHERE log = $log AND user = $user AND position = $position AND device = $device",
        log, user, key.Position.Value, key.Device) > 0;

    /// <summary>Removes the failed attempts and dead letters of a user who leaves a log.</summary>
    public static void RemoveUser(SqliteSession session, long log, string user)
    {
        session.Run("DELETE FROM failures WHERE log = $log AND user = $user", log, user);
        session.Run("DELETE FROM dead_letters WHERE log = $log AND user = $user", log, user);
    }

    /// <summary>Removes expired dead letters, at most <paramref name="limit"/>, and returns how many.</summary>
    public static int Purge(SqliteSession session, long now, int limit) => session.Run(
        "DELETE FROM dead_letters WHERE rowid IN (SELECT rowid FROM dead_letters WHERE expires <= $now LIMIT $limit)", now, limit);
}
