using System.Text;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The state of addresses: the newest entry of each key. Separate tables, so that older files need no migration.</summary>
internal static class StateTable
{
    // What is stored of an entry besides its key, metadata and body: its position.
    private const int PositionBytes = 8;

    // Not WITHOUT ROWID, for the bodies, as with the entries of logs. The sums are stored, because an address may have very many keys.
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS state_entries (
            log INTEGER NOT NULL,
            key TEXT NOT NULL,
            position INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            metadata BLOB NOT NULL,
            body BLOB NOT NULL)
        """,
        "CREATE UNIQUE INDEX IF NOT EXISTS state_entries_of_key ON state_entries (log, key)",
        // Not unique: with a position that another program has written, a later append would fail.
        "CREATE INDEX IF NOT EXISTS state_entries_of_log ON state_entries (log, position)",
        """
        CREATE TABLE IF NOT EXISTS state_sums (
            log INTEGER PRIMARY KEY,
            keys INTEGER NOT NULL,
            bytes INTEGER NOT NULL)
        """,
    ];

    /// <summary>Whether an entry may become state. A log without a row has no state.</summary>
    public static bool HasRoom(SqliteSession session, LogRow? log, in AppendRequest request, LogTerms terms)
    {
        if (terms.StateKey is not { } key || terms.RemovesState)
            return true;
        var bytes = BytesOf(key, request.Bytes);
        if (log is null)
            return terms.MaxStateKeys > 0 && bytes <= terms.MaxStateBytes;
        var (keys, stored) = Sum(session, log.Id);
        var replaced = Stored(session, log.Id, key);
        return (replaced is not null || keys < terms.MaxStateKeys) && stored - (replaced ?? 0) + bytes <= terms.MaxStateBytes;
    }

    /// <summary>Sets or removes the state that an entry is of.</summary>
    public static void Apply(SqliteSession session, long log, LogTerms terms, LogEntry entry)
    {
        if (terms.StateKey is not { } key)
            return;
        var replaced = Stored(session, log, key);
        if (!terms.RemovesState)
        {
            var bytes = BytesOf(key, entry.Bytes);
            Set(session, log, key, entry, bytes);
            AddToSum(session, log, replaced is null ? 1 : 0, bytes - (replaced ?? 0));
        }
        else if (replaced is { } removed)
        {
            session.Run("DELETE FROM state_entries WHERE log = $log AND key = $key", log, key);
            AddToSum(session, log, -1, -removed);
        }
    }

    public static List<LogEntry> Read(SqliteSession session, long log, long after, long through, int maxEntries, int maxBytes)
    {
        var entries = new List<LogEntry>();
        var bytes = 0L;
        using var reader = session.Query(
            """
            SELECT position, metadata, body FROM state_entries
            WHERE log = $log AND position > $after AND position <= $through ORDER BY position LIMIT $limit
            """,
            log, after, through, maxEntries);
        while ((entries.Count == 0 || bytes < maxBytes) && reader.Read())
        {
            // The entry before it in the log means nothing here.
            entries.Add(new LogEntry(new WsmqPosition(reader.GetInt64(0)), WsmqPosition.Start, reader.GetBytes(1), reader.GetBytes(2)));
            bytes += entries[^1].Bytes;
        }

        return entries;
    }

    private static int BytesOf(string key, int content) => Encoding.UTF8.GetByteCount(key) + PositionBytes + content;

    // The bytes of the state of a key; null if it has none.
    private static long? Stored(SqliteSession session, long log, string key) => session.One<long?>(
        "SELECT bytes FROM state_entries WHERE log = $log AND key = $key", r => r.GetInt64(0), log, key);

    private static (long Keys, long Bytes) Sum(SqliteSession session, long log) =>
        session.One("SELECT keys, bytes FROM state_sums WHERE log = $log", r => (r.GetInt64(0), r.GetInt64(1)), log);

    private static void Set(SqliteSession session, long log, string key, LogEntry entry, long bytes) => session.Run(
        """
        INSERT INTO state_entries (log, key, position, bytes, metadata, body) VALUES ($log, $key, $position, $bytes, $metadata, $body)
        ON CONFLICT (log, key) DO UPDATE SET position = excluded.position, bytes = excluded.bytes, metadata = excluded.metadata,
            body = excluded.body
        """,
        log, key, entry.Position.Value, bytes, entry.Metadata, entry.Body);

    private static void AddToSum(SqliteSession session, long log, long keys, long bytes) => session.Run(
        """
        INSERT INTO state_sums (log, keys, bytes) VALUES ($log, $keys, $bytes)
        ON CONFLICT (log) DO UPDATE SET keys = keys + excluded.keys, bytes = bytes + excluded.bytes
        """,
        log, keys, bytes);
}
