namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Records of tracked entries, and their readers. Separate tables, so that older files need no migration.</summary>
internal static class TrackTable
{
    // One append must not delay others.
    private const int MostPurgedForRoom = 64;

    private const string Columns = "position, sender, id, ends, watcher, most, delivered, acknowledged, expired, dead, lost";

    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS tracked (
            log INTEGER NOT NULL,
            position INTEGER NOT NULL,
            sender TEXT NOT NULL,
            id TEXT NOT NULL,
            ends INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            watcher TEXT NOT NULL,
            most INTEGER NOT NULL,
            delivered INTEGER NOT NULL DEFAULT 0,
            acknowledged INTEGER NOT NULL DEFAULT 0,
            expired INTEGER NOT NULL DEFAULT 0,
            dead INTEGER NOT NULL DEFAULT 0,
            lost INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (log, position)) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS tracked_of_sender ON tracked (sender, log, position)",
        "CREATE INDEX IF NOT EXISTS tracked_by_id ON tracked (log, sender, id)",
        "CREATE INDEX IF NOT EXISTS tracked_expiry ON tracked (expires)",
        """
        CREATE TABLE IF NOT EXISTS tracked_readers (
            log INTEGER NOT NULL,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            delivered INTEGER NOT NULL,
            acknowledged INTEGER NOT NULL,
            ended INTEGER NOT NULL,
            how INTEGER NOT NULL,
            PRIMARY KEY (log, position, name)) WITHOUT ROWID
        """,
        // The devices of members of a group for which an entry was skipped.
        """
        CREATE TABLE IF NOT EXISTS tracked_skips (
            log INTEGER NOT NULL,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            device TEXT NOT NULL,
            PRIMARY KEY (log, position, name, device)) WITHOUT ROWID
        """,
        // Counted, because a sender may have very many.
        "CREATE TABLE IF NOT EXISTS tracked_senders (sender TEXT PRIMARY KEY, records INTEGER NOT NULL) WITHOUT ROWID",
    ];

    /// <summary>Whether the sender may have one more record. Removes some that have expired if it may not.</summary>
    public static bool HasRoom(SqliteSession session, TrackTerms terms, long now)
    {
        if (Count(session, terms.Sender) < terms.MaxRecords)
            return true;
        Purge(session, now, MostPurgedForRoom);
        return Count(session, terms.Sender) < terms.MaxRecords;
    }

    public static void Add(SqliteSession session, LogRow row, TrackTerms terms, long life, long position)
    {
        session.Run(
            """
            INSERT INTO tracked (log, position, sender, id, ends, expires, watcher, most)
            VALUES ($log, $position, $sender, $id, $ends, $expires, $watcher, $most)
            """,
            row.Id, position, terms.Sender, terms.Id, life > 0 ? position + life : 0, position + terms.Retention,
            terms.Watcher ?? string.Empty, terms.MaxReaders);
        AddToCount(session, terms.Sender, 1);
        row.Tracked = position;
        session.Run("UPDATE logs SET tracked = $position WHERE id = $id", position, row.Id);
    }

    /// <summary>A record, with the name of the node that is told of changes; null if there is none.</summary>
    public static (TrackedEntry Entry, string Watcher, int MaxReaders)? Find(SqliteSession session, LogRow row, long position, long now) =>
        session.One<(TrackedEntry, string, int)?>(
            $"SELECT {Columns} FROM tracked WHERE log = $log AND position = $position AND expires > $now",
            r => (Map(r, row.Address), r.GetString(4), r.GetInt32(5)), row.Id, position, now);

    public static long? PositionOf(SqliteSession session, long log, string sender, string id, long now) => session.One<long?>(
        "SELECT max(position) FROM tracked WHERE log = $log AND sender = $sender AND id = $id AND expires > $now",
        r => r.IsDBNull(0) ? null : r.GetInt64(0), log, sender, id, now);

    public static List<TrackedEntry> List(SqliteSession session, LogRow row, string sender, long after, long now) => session.All(
        $"""
        SELECT {Columns} FROM tracked WHERE sender = $sender AND log = $log AND position > $after AND expires > $now ORDER BY position LIMIT $most
        """,
        r => Map(r, row.Address), sender, row.Id, after, now, ITrackingStore.MostListed);

    public static List<long> Between(SqliteSession session, long log, long after, long through, long now, int most) => session.All(
        """
        SELECT position FROM tracked WHERE log = $log AND position > $after AND position <= $through AND expires > $now ORDER BY position LIMIT $most
        """,
        r => r.GetInt64(0), log, after, through, now, most);

    public static void Watch(SqliteSession session, long log, long position, string watcher) => session.Run(
        "UPDATE tracked SET watcher = $watcher WHERE log = $log AND position = $position", watcher, log, position);

    public static TrackedReader? Reader(SqliteSession session, long log, long position, string name) => session.One<TrackedReader?>(
        "SELECT name, delivered, acknowledged, ended, how FROM tracked_readers WHERE log = $log AND position = $position AND name = $name",
        r => MapReader(r), log, position, name);

    public static List<TrackedReader> Readers(SqliteSession session, long log, long position, string after) => session.All(
        """
        SELECT name, delivered, acknowledged, ended, how FROM tracked_readers
        WHERE log = $log AND position = $position AND name > $after ORDER BY name LIMIT $most
        """,
        MapReader, log, position, after, ITrackingStore.MostReaders);

    public static long CountReaders(SqliteSession session, long log, long position) => session.One(
        "SELECT count(*) FROM tracked_readers WHERE log = $log AND position = $position", r => r.GetInt64(0), log, position);

    public static void SaveReader(SqliteSession session, long log, long position, TrackedReader reader) => session.Run(
        """
        INSERT OR REPLACE INTO tracked_readers (log, position, name, delivered, acknowledged, ended, how)
        VALUES ($log, $position, $name, $delivered, $acknowledged, $ended, $how)
        """,
        log, position, reader.Name, reader.DeliveredAt, reader.AcknowledgedAt, reader.EndedAt, (int)reader.End);

    public static bool HasSkip(SqliteSession session, long log, long position, string member, string device) => session.One(
        "SELECT count(*) FROM tracked_skips WHERE log = $log AND position = $position AND name = $name AND device = $device",
        r => r.GetInt64(0), log, position, member, device) > 0;

    public static void AddSkip(SqliteSession session, long log, long position, string member, string device) => session.Run(
        "INSERT OR IGNORE INTO tracked_skips (log, position, name, device) VALUES ($log, $position, $name, $device)",
        log, position, member, device);

    public static void RemoveSkip(SqliteSession session, long log, long position, string member, string device) => session.Run(
        "DELETE FROM tracked_skips WHERE log = $log AND position = $position AND name = $name AND device = $device",
        log, position, member, device);

    public static void SaveCounts(SqliteSession session, long log, TrackedEntry entry) => session.Run(
        """
        UPDATE tracked SET delivered = $delivered, acknowledged = $acknowledged, expired = $expired, dead = $dead, lost = $lost
        WHERE log = $log AND position = $position
        """,
        entry.Delivered, entry.Acknowledged, entry.Expired, entry.DeadLettered, entry.Lost, log, entry.Position.Value);

    /// <summary>Removes records that have expired, at most so many; returns how many.</summary>
    public static int Purge(SqliteSession session, long now, int most)
    {
        var expired = session.All(
            "SELECT log, position, sender FROM tracked WHERE expires <= $now ORDER BY expires LIMIT $most",
            r => (r.GetInt64(0), r.GetInt64(1), r.GetString(2)), now, most);
        foreach (var (log, position, sender) in expired)
        {
            AddToCount(session, sender, -1);
            session.Run("DELETE FROM tracked WHERE log = $log AND position = $position", log, position);
            session.Run("DELETE FROM tracked_readers WHERE log = $log AND position = $position", log, position);
            session.Run("DELETE FROM tracked_skips WHERE log = $log AND position = $position", log, position);
        }

        return expired.Count;
    }

    private static long Count(SqliteSession session, string sender) =>
        session.One("SELECT records FROM tracked_senders WHERE sender = $sender", r => r.GetInt64(0), sender);

    private static void AddToCount(SqliteSession session, string sender, int records)
    {
        session.Run(
            """
            INSERT INTO tracked_senders (sender, records) VALUES ($sender, $records)
            ON CONFLICT (sender) DO UPDATE SET records = records + excluded.records
            """,
            sender, records);
        if (records < 0)
            session.Run("DELETE FROM tracked_senders WHERE sender = $sender AND records <= 0", sender);
    }

    private static TrackedEntry Map(SqliteRows r, WsmqAddress to) => new()
    {
        To = to,
        Position = new WsmqPosition(SqlitePosition.Checked(r.GetInt64(0))),
        Sender = r.GetString(1),
        Id = r.GetString(2),
        Ends = r.GetInt64(3),
        Delivered = r.GetInt32(6),
        Acknowledged = r.GetInt32(7),
        Expired = r.GetInt32(8),
        DeadLettered = r.GetInt32(9),
        Lost = r.GetInt32(10),
    };

    private static TrackedReader MapReader(SqliteRows r) => new(
        r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), (TrackedEnd)r.GetInt32(4));
}
