namespace Wsmq.Server.Stores.Sqlite;

internal static class EntryTable
{
    public static void Insert(SqliteSession session, long log, LogEntry entry) => session.Run(
        "INSERT INTO entries (log, position, previous, metadata, body) VALUES ($log, $position, $previous, $metadata, $body)",
        log, entry.Position.Value, entry.Previous.Value, entry.Metadata, entry.Body);

    public static List<LogEntry> Read(SqliteSession session, long log, long after, long through, int maxEntries, int maxBytes)
    {
        var entries = new List<LogEntry>();
        var bytes = 0L;
        using var reader = session.Query(
            """
            SELECT position, previous, metadata, body FROM entries
            WHERE log = $log AND position > $after AND position <= $through ORDER BY position LIMIT $limit
            """,
            log, after, through, maxEntries);
        while ((entries.Count == 0 || bytes < maxBytes) && reader.Read())
        {
            var entry = Map(reader);
            entries.Add(entry);
            bytes += entry.Bytes;
        }

        return entries;
    }

    /// <summary>
    /// The same, with what has expired and was removed (<see cref="LogEntry.IsGone"/>) in its place.
    /// </summary>
    public static List<LogEntry> ReadWithGone(SqliteSession session, LogRow row, long after, int maxEntries, int maxBytes)
    {
        var entries = Read(session, row.Id, after, row.Tail, maxEntries, maxBytes);

        // What is before the removed position is of no use any more.
        var from = Math.Max(after, row.Removed);
        if (row.Gone <= from || ExpiryTable.GoneAfter(session, row.Id, from, maxEntries) is not { Count: > 0 } ranges)
            return entries;
        var all = new List<LogEntry>();
        foreach (var entry in entries)
        {
            AddGone(entry.Previous.Value);
            all.Add(entry);
        }

        if (NewestUpTo(session, row.Id, row.Tail) <= (entries.Count == 0 ? from : entries[^1].Position.Value))
            AddGone(row.Tail);
        return all.Count > maxEntries ? all[..maxEntries] : all;

        void AddGone(long through)
        {
            if (ranges.TryGetValue(through, out var before))
                all.Add(LogEntry.Gone(new WsmqPosition(before), new WsmqPosition(through)));
        }
    }

    /// <summary>The position before an entry, its metadata, and its bytes; null if it is not stored.</summary>
    public static (long Previous, byte[] Metadata, long Bytes)? Head(SqliteSession session, long log, long position) =>
        session.One<(long, byte[], long)?>(
            "SELECT previous, metadata, length(metadata) + length(body) FROM entries WHERE log = $log AND position = $position",
            r => (r.GetInt64(0), r.GetBytes(1), r.GetInt64(2)), log, position);

    public static void Remove(SqliteSession session, long log, long position) =>
        session.Run("DELETE FROM entries WHERE log = $log AND position = $position", log, position);

    /// <summary>The position of the oldest entry; null if the log has no entries.</summary>
    public static long? Oldest(SqliteSession session, long log) => session.One<long?>(
        "SELECT position FROM entries WHERE log = $log ORDER BY position LIMIT 1", r => r.GetInt64(0), log);

    /// <summary>The position of the entry with number <paramref name="count"/>, counted from the oldest.</summary>
    public static long PositionOf(SqliteSession session, long log, long count) => session.One(
        "SELECT position FROM entries WHERE log = $log ORDER BY position LIMIT 1 OFFSET $skip", r => r.GetInt64(0), log, count - 1);

    /// <summary>The position of the newest entry at or before a position; 0 if there is none.</summary>
    public static long NewestUpTo(SqliteSession session, long log, long through) => session.One(
        "SELECT position FROM entries WHERE log = $log AND position <= $through ORDER BY position DESC LIMIT 1",
        r => r.GetInt64(0), log, through);

    /// <summary>The first position up to which the oldest entries take at least so many bytes; always before the newest entry.</summary>
    public static long PositionOfBytes(SqliteSession session, long log, long newest, long bytes)
    {
        var position = 0L;
        using var reader = session.Query(
            "SELECT position, length(metadata) + length(body) FROM entries WHERE log = $log AND position < $newest ORDER BY position", log, newest);
        while (bytes > 0 && reader.Read())
        {
            position = reader.GetInt64(0);
            bytes -= reader.GetInt64(1);
        }

        return position;
    }

    /// <summary>Removes the entries up to a position, and returns their number and bytes.</summary>
    public static (int Count, long Bytes) RemoveThrough(SqliteSession session, long log, long through)
    {
        var bytes = session.One(
            "SELECT total(length(metadata) + length(body)) FROM entries WHERE log = $log AND position <= $through", r => (long)r.GetDouble(0), log, through);
        return (session.Run("DELETE FROM entries WHERE log = $log AND position <= $through", log, through), bytes);
    }

    private static LogEntry Map(SqliteRows r)
    {
        var (position, previous) = (r.GetInt64(0), r.GetInt64(1));
        return previous >= 0 && previous < position
            ? new(new WsmqPosition(position), new WsmqPosition(previous), r.GetBytes(2), r.GetBytes(3))
            : LogEntry.Defective(new WsmqPosition(position), "its previous position is invalid");
    }
}
