namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The addresses that are noted, with when each is due, or until when it is taken.</summary>
internal static class UnacknowledgedTable
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS unacknowledged (
            address TEXT PRIMARY KEY,
            due INTEGER NOT NULL,
            position INTEGER NOT NULL,
            attempts INTEGER NOT NULL) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS unacknowledged_due ON unacknowledged (due)",
    ];

    /// <summary>Notes an address, unless it is noted already.</summary>
    public static void Note(SqliteSession session, WsmqAddress address, long due, long position) => session.Run(
        "INSERT OR IGNORE INTO unacknowledged (address, due, position, attempts) VALUES ($address, $due, $position, 0)",
        address.ToString(), due, position);

    public static List<NotedRow> Due(SqliteSession session, long now, int max) => session.All(
        "SELECT address, position, attempts FROM unacknowledged WHERE due <= $now ORDER BY due LIMIT $limit",
        NotedRow.Of, now, max);

    /// <summary>When the first one is due; null if none is noted.</summary>
    public static long? First(SqliteSession session) =>
        session.One<long?>("SELECT min(due) FROM unacknowledged", r => r.IsDBNull(0) ? null : r.GetInt64(0));

    public static void Take(SqliteSession session, string address, long due) =>
        session.Run("UPDATE unacknowledged SET due = $due WHERE address = $address", due, address);

    /// <summary>Counts an attempt at an address that is taken, and prolongs its lease; null if another one has taken it.</summary>
    public static NotedRow? Begin(SqliteSession session, WsmqAddress address, long lease, long due) => session.One(
        """
        UPDATE unacknowledged SET due = $due, attempts = attempts + 1 WHERE address = $address AND due = $lease
        RETURNING address, position, attempts
        """,
        NotedRow.Of, due, address.ToString(), lease);

    public static void Settle(SqliteSession session, SettledAddress settled) => session.Run(
        "UPDATE unacknowledged SET due = $due, position = $position, attempts = $attempts WHERE address = $address AND due = $lease",
        settled.Due, settled.From.Value, settled.Attempts, settled.Taken.Address.ToString(), settled.Taken.Token);

    public static void Forget(SqliteSession session, SettledAddress settled) => session.Run(
        "DELETE FROM unacknowledged WHERE address = $address AND due = $lease", settled.Taken.Address.ToString(), settled.Taken.Token);

    public static void Forget(SqliteSession session, string address) => session.Run("DELETE FROM unacknowledged WHERE address = $address", address);
}

/// <summary>An address that is noted.</summary>
internal sealed record NotedRow(string Address, long Position, int Attempts)
{
    // What is corrupt counts as nothing told yet: the hook is rather told twice.
    public static NotedRow Of(SqliteRows row) =>
        new(row.GetString(0), SqlitePosition.IsOne(row.GetInt64(1)) ? row.GetInt64(1) : 0, row.GetInt32(2));
}
