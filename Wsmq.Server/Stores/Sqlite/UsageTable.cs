namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The storage accounts of users. Separate tables, so that older files need no migration.</summary>
internal static class UsageTable
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS usage (
            user TEXT NOT NULL,
            name TEXT NOT NULL,
            marks TEXT NOT NULL,
            PRIMARY KEY (user, name)) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS usage_sums (
            user TEXT NOT NULL PRIMARY KEY,
            bytes INTEGER NOT NULL,
            permanent INTEGER NOT NULL,
            names INTEGER NOT NULL,
            paid INTEGER NOT NULL,
            touched INTEGER NOT NULL) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS usage_sums_touched ON usage_sums (touched)",
    ];

    public static UsageRow? Find(SqliteSession session, string user) => session.One(
        "SELECT bytes, permanent, names, paid FROM usage_sums WHERE user = $user",
        r => new UsageRow { Bytes = r.GetInt64(0), Permanent = r.GetInt64(1), Names = r.GetInt64(2), Paid = r.GetInt64(3) }, user);

    public static void Save(SqliteSession session, string user, UsageRow row, long now) => session.Run(
        """
        INSERT INTO usage_sums (user, bytes, permanent, names, paid, touched) VALUES ($user, $bytes, $permanent, $names, $paid, $now)
        ON CONFLICT (user) DO UPDATE SET bytes = excluded.bytes, permanent = excluded.permanent, names = excluded.names,
            paid = excluded.paid, touched = excluded.touched
        """,
        user, row.Bytes, row.Permanent, row.Names, row.Paid, now);

    public static string? Marks(SqliteSession session, string user, string name) =>
        session.One("SELECT marks FROM usage WHERE user = $user AND name = $name", r => r.GetString(0), user, name);

    public static List<(string Name, string Marks)> All(SqliteSession session, string user) =>
        session.All("SELECT name, marks FROM usage WHERE user = $user", r => (r.GetString(0), r.GetString(1)), user);

    public static void Set(SqliteSession session, string user, string name, string marks) => session.Run(
        "INSERT INTO usage (user, name, marks) VALUES ($user, $name, $marks) ON CONFLICT (user, name) DO UPDATE SET marks = excluded.marks",
        user, name, marks);

    public static void Remove(SqliteSession session, string user, string name) =>
        session.Run("DELETE FROM usage WHERE user = $user AND name = $name", user, name);

    /// <summary>
    /// Removes the charges of users who were charged nothing since a time, except permanent ones. Handles at most <paramref name="limit"/>
    /// users, and returns how many.
    /// </summary>
    public static int Purge(SqliteSession session, long before, int limit)
    {
        var users = session.All(
            "SELECT user FROM usage_sums WHERE touched <= $before AND bytes > permanent LIMIT $limit", r => r.GetString(0), before, limit);
        foreach (var user in users)
        {
            session.Run("DELETE FROM usage WHERE user = $user", user);
            session.Run("UPDATE usage_sums SET bytes = permanent, names = 0 WHERE user = $user", user);
            session.Run("DELETE FROM usage_sums WHERE user = $user AND permanent = 0", user);
        }

        return users.Count;
    }
}

/// <summary>The sums of one user.</summary>
internal sealed class UsageRow
{
    public long Bytes { get; set; }

    public long Permanent { get; set; }

    /// <summary>The number of logs with marks of their own.</summary>
    public long Names { get; set; }

    /// <summary>The time until which the rate of bytes is used up, in µs.</summary>
    public long Paid { get; set; }
}
