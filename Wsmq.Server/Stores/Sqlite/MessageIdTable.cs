namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The message ids of the deduplication window.</summary>
internal static class MessageIdTable
{
    /// <summary>Stores an id; false, changing nothing, if it is already stored and not expired.</summary>
    public static bool TryAdd(SqliteSession session, long log, string sender, string id, long position, long now, long expires) => session.Run(
        """
        INSERT INTO message_ids (log, sender, id, position, expires) VALUES ($log, $sender, $id, $position, $expires)
        ON CONFLICT (log, sender, id) DO UPDATE SET position = excluded.position, expires = excluded.expires WHERE expires <= $now
        """,
        log, sender, id, position, expires, now) > 0;

    /// <summary>The position of a message whose id is stored and not expired; null if there is none.</summary>
    /// <exception cref="WsmqException"><c>store-corrupt</c>.</exception>
    public static WsmqPosition? Find(SqliteSession session, long log, string sender, string id, long now) => session.One<long?>(
        "SELECT position FROM message_ids WHERE log = $log AND sender = $sender AND id = $id AND expires > $now",
        r => r.GetInt64(0), log, sender, id, now) is { } position ? new WsmqPosition(SqlitePosition.Checked(position)) : null;

    /// <exception cref="WsmqException"><c>store-corrupt</c>.</exception>
    public static WsmqPosition PositionOf(SqliteSession session, long log, string sender, string id) => new(SqlitePosition.Checked(session.One(
        "SELECT position FROM message_ids WHERE log = $log AND sender = $sender AND id = $id", r => r.GetInt64(0), log, sender, id)));

    /// <summary>Removes expired ids, at most <paramref name="limit"/>, and returns how many.</summary>
    public static int Purge(SqliteSession session, long now, int limit) => session.Run(
        """
        DELETE FROM message_ids WHERE (log, sender, id) IN
            (SELECT log, sender, id FROM message_ids WHERE expires <= $now ORDER BY expires LIMIT $limit)
        """,
        now, limit);
}
