namespace Wsmq.Server.Stores.Sqlite;

/// <summary>A device's cursor in a log.</summary>
/// <param name="Position">Its position.</param>
/// <param name="Seen">When the device was last seen, in µs.</param>
/// <param name="IsNew">Whether the device has not acknowledged anything.</param>
internal sealed record CursorRow(long Position, long Seen, bool IsNew);

/// <summary>
/// Cursors: in a user's own queue a row is the registration of the device; in a group it exists from the first ack or dead letter on.
/// A device last seen at or before "since" counts as expired.
/// </summary>
internal static class CursorTable
{
    public static CursorRow? Find(SqliteSession session, long log, string user, string device) => session.One(
        "SELECT position, seen, is_new FROM cursors WHERE log = $log AND user = $user AND device = $device",
        r => new CursorRow(SqlitePosition.Checked(r.GetInt64(0)), r.GetInt64(1), r.GetBoolean(2)), log, user, device);

    /// <summary>Adds the cursor of a new reader, or moves one forward, never back. Updates the time last seen.</summary>
    public static void Advance(SqliteSession session, long log, string user, string device, long position, long seen) => session.Run(
        """
        INSERT INTO cursors (log, user, device, position, seen, is_new) VALUES ($log, $user, $device, $position, $seen, 1)
        ON CONFLICT (log, user, device) DO UPDATE SET position = max(position, excluded.position), seen = excluded.seen
        """,
        log, user, device, position, seen);

    /// <summary>Advances a cursor by an ack: wherever that is, the reader is not new any more.</summary>
    public static void Acknowledge(SqliteSession session, long log, string user, string device, long position, long seen) => session.Run(
        """
        INSERT INTO cursors (log, user, device, position, seen, is_new) VALUES ($log, $user, $device, $position, $seen, 0)
        ON CONFLICT (log, user, device) DO UPDATE SET position = max(position, excluded.position), seen = excluded.seen, is_new = 0
        """,
        log, user, device, position, seen);

    /// <summary>Updates the time last seen of a cursor, if there is one.</summary>
    public static void See(SqliteSession session, long log, string user, string device, long seen) => session.Run(
        "UPDATE cursors SET seen = $seen WHERE log = $log AND user = $user AND device = $device", seen, log, user, device);

    /// <summary>The lowest cursor of the devices that are not expired; null if there are none.</summary>
    public static long? Slowest(SqliteSession session, long log, long since) => session.One<long?>(
        "SELECT min(position) FROM cursors WHERE log = $log AND seen > $since", r => r.IsDBNull(0) ? null : r.GetInt64(0), log, since);

    /// <summary>The highest cursor of all devices, expired ones included; 0 without any.</summary>
    public static long Highest(SqliteSession session, long log) => SqlitePosition.Checked(session.One(
        "SELECT max(position) FROM cursors WHERE log = $log", r => r.IsDBNull(0) ? 0 : r.GetInt64(0), log));

    public static long CountOthers(SqliteSession session, long log, string device, long since) => session.One(
        "SELECT count(*) FROM cursors WHERE log = $log AND seen > $since AND device <> $device", r => r.GetInt64(0), log, since, device);

    public static long Count(SqliteSession session, long log) =>
        session.One("SELECT count(*) FROM cursors WHERE log = $log", r => r.GetInt64(0), log);

    public static string? LongestAway(SqliteSession session, long log, long since) => session.One(
        "SELECT device FROM cursors WHERE log = $log AND seen <= $since ORDER BY seen LIMIT 1", r => r.GetString(0), log, since);

    public static List<KnownDevice> Devices(SqliteSession session, long log) => session.All(
        "SELECT device, seen FROM cursors WHERE log = $log", r => new KnownDevice(r.GetString(0), r.GetInt64(1)), log);

    /// <summary>Removes a device's cursor in one log; false if it had none.</summary>
    public static bool Remove(SqliteSession session, long log, string user, string device)
    {
        DeadLetterTable.ForgetFailures(session, log, user, device);
        return session.Run("DELETE FROM cursors WHERE log = $log AND user = $user AND device = $device", log, user, device) > 0;
    }

    /// <summary>Removes a device: its cursors in the user's own queue and in the user's groups.</summary>
    public static void RemoveDevice(SqliteSession session, long log, string user, string device)
    {
        session.Run("DELETE FROM cursors WHERE log = $log AND user = $user AND device = $device", log, user, device);
        DeadLetterTable.ForgetFailures(session, log, user, device);
        session.Run(
            """
            DELETE FROM cursors WHERE user = $user AND device = $device AND log IN
                (SELECT logs.id FROM memberships JOIN logs ON logs.address = 'group:' || memberships.name WHERE memberships.user = $user)
            """,
            user, device);
    }

    public static void RemoveUser(SqliteSession session, long log, string user)
    {
        session.Run("DELETE FROM cursors WHERE log = $log AND user = $user", log, user);
        DeadLetterTable.RemoveUser(session, log, user);
    }
}
