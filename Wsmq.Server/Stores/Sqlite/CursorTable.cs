namespace Wsmq.Server.Stores.Sqlite;

/// <summary>A device's cursor in a log, and when the device was last seen, in µs.</summary>
internal sealed record CursorRow(long Position, long Seen);

/// <summary>
/// Cursors: in a user's own queue a row is the registration of the device; in a group it exists from the first ack on.
/// A device last seen at or before "since" counts as expired.
/// </summary>
internal static class CursorTable
{
    public static CursorRow? Find(SqliteSession session, long log, string user, string device) => session.One(
        "SELECT position, seen FROM cursors WHERE log = $log AND user = $user AND device = $device",
        r => new CursorRow(SqlitePosition.Checked(r.GetInt64(0)), r.GetInt64(1)), log, user, device);

    /// <summary>Adds a cursor, or moves it forward, never back. Updates the time last seen.</summary>
    public static void Advance(SqliteSession session, long log, string user, string device, long position, long seen) => session.Run(
        """
        INSERT INTO cursors (log, user, device, position, seen) VALUES ($log, $user, $device, $position, $seen)
        ON CONFLICT (log, user, device) DO UPDATE SET position = max(position, excluded.position), seen = excluded.seen
        """,
        log, user, device, position, seen);

    /// <summary>The lowest cursor of the devices that are not expired; null if there are none.</summary>
    public static long? Slowest(SqliteSession session, long log, long since) => session.One<long?>(
        "SELECT min(position) FROM cursors WHERE log = $log AND seen > $since", r => r.IsDBNull(0) ? null : r.GetInt64(0), log, since);

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
