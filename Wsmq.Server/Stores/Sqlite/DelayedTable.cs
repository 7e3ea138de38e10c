namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The messages that wait until they are due.</summary>
internal static class DelayedTable
{
    // AUTOINCREMENT: the key of a message that was appended or cancelled is not that of a later one.
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS delayed (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            due INTEGER NOT NULL,
            address TEXT NOT NULL,
            sender TEXT NOT NULL,
            id TEXT NOT NULL,
            metadata BLOB NOT NULL,
            body BLOB NOT NULL)
        """,
        "CREATE INDEX IF NOT EXISTS delayed_due ON delayed (due, key)",
        "CREATE UNIQUE INDEX IF NOT EXISTS delayed_of_sender ON delayed (sender, address, id)",
        "CREATE INDEX IF NOT EXISTS delayed_of_address ON delayed (address, due, key)",
    ];

    public static void Add(SqliteSession session, in AppendRequest request, long due) => session.Run(
        """
        INSERT INTO delayed (due, address, sender, id, metadata, body) VALUES ($due, $address, $sender, $id, $metadata, $body)
        """,
        due, request.To.ToString(), request.Sender, request.Id, request.Metadata, request.Body);

    public static bool Has(SqliteSession session, WsmqAddress to, string sender, string id) => session.One(
        "SELECT 1 FROM delayed WHERE sender = $sender AND address = $address AND id = $id", r => true, sender, to.ToString(), id);

    /// <summary>How many messages of a sender wait, but not more than a limit.</summary>
    public static int Count(SqliteSession session, string sender, int limit) => session.One(
        "SELECT count(*) FROM (SELECT 1 FROM delayed WHERE sender = $sender LIMIT $limit)", r => r.GetInt32(0), sender, limit);

    /// <summary>Removes a message, by its key; false if it does not wait.</summary>
    public static bool Remove(SqliteSession session, long key) => session.Run("DELETE FROM delayed WHERE key = $key", key) > 0;

    public static bool Remove(SqliteSession session, WsmqAddress to, string sender, string id) => session.Run(
        "DELETE FROM delayed WHERE sender = $sender AND address = $address AND id = $id", sender, to.ToString(), id) > 0;

    /// <summary>Removes a message of an address, by its key.</summary>
    public static bool Remove(SqliteSession session, WsmqAddress to, long key) =>
        session.Run("DELETE FROM delayed WHERE key = $key AND address = $address", key, to.ToString()) > 0;

    /// <summary>
    /// The messages of an address after a time and a key, in the order of both: key, due, metadata, beginning and length of the body.
    /// </summary>
    public static SqliteRows List(SqliteSession session, WsmqAddress to, long due, long key, int bodyBytes, int max) => session.Query(
        $"""
        SELECT key, due, metadata, {InspectionQueries.BodyOf(bodyBytes)}, length(body) FROM delayed
        WHERE address = $address AND (due, key) > ($due, $key) ORDER BY due, key LIMIT $limit
        """,
        to.ToString(), due, key, max);

    /// <summary>Whether a message waits that is due at a time.</summary>
    public static bool HasDue(SqliteSession session, long at) =>
        session.One("SELECT 1 FROM delayed WHERE due <= $at LIMIT 1", r => true, at);

    /// <summary>Lets a message wait further; returns 1 if it waits.</summary>
    public static int Postpone(SqliteSession session, long key, long due) =>
        session.Run("UPDATE delayed SET due = $due WHERE key = $key", due, key);

    /// <summary>The messages that are due, and when the next one is.</summary>
    public static (List<DelayedRow> Rows, long? Next) Due(SqliteSession session, long now)
    {
        var (found, bytes) = (new List<DelayedRow>(), 0L);
        using (var rows = session.Query(
            "SELECT key, address, metadata, body FROM delayed WHERE due <= $now ORDER BY due, key LIMIT $limit", now, IDelayedMessages.MostDue))
        {
            while (bytes < IDelayedMessages.MostDueBytes && rows.Read())
            {
                found.Add(new DelayedRow(rows.GetInt64(0), rows.GetString(1), rows.GetBytes(2), rows.GetBytes(3)));
                bytes += found[^1].Metadata.Length + found[^1].Body.Length;
            }
        }

        var next = session.One<long?>(
            "SELECT min(due) FROM delayed WHERE due > $now AND typeof(due) = 'integer'", r => r.IsDBNull(0) ? null : r.GetInt64(0), now);
        return (found, next);
    }
}

/// <summary>A message that waits.</summary>
internal sealed record DelayedRow(long Key, string Address, byte[] Metadata, byte[] Body);
