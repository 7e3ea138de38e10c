namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The tables, and the schema version of a file.</summary>
internal static class SqliteSchema
{
    public const int Version = 1;

    /// <summary>"wsmq" in ASCII: distinguishes wsmq's files from those of other programs.</summary>
    private const int ApplicationId = 0x77736D71;

    // A log's row outlives its entries: tail prevents positions from being reused, removed is needed to announce gaps.
    private static readonly string[] Tables =
    [
        """
        CREATE TABLE logs (
            id INTEGER PRIMARY KEY,
            address TEXT NOT NULL UNIQUE,
            tail INTEGER NOT NULL DEFAULT 0,
            removed INTEGER NOT NULL DEFAULT 0,
            consumed INTEGER NOT NULL DEFAULT 0,
            pending INTEGER NOT NULL DEFAULT 0,
            pending_due INTEGER NOT NULL DEFAULT 0,
            kept INTEGER NOT NULL DEFAULT 0,
            membership INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            tracked INTEGER NOT NULL DEFAULT 0,
            gone INTEGER NOT NULL DEFAULT 0)
        """,
        "CREATE INDEX logs_pending ON logs (pending_due) WHERE pending_due > 0",
        // Not WITHOUT ROWID: bodies would then be stored in the interior pages of the B-tree as well.
        """
        CREATE TABLE entries (
            log INTEGER NOT NULL,
            position INTEGER NOT NULL,
            previous INTEGER NOT NULL,
            metadata BLOB NOT NULL,
            body BLOB NOT NULL)
        """,
        "CREATE UNIQUE INDEX entries_of_log ON entries (log, position)",
        """
        CREATE TABLE message_ids (
            log INTEGER NOT NULL,
            sender TEXT NOT NULL,
            id TEXT NOT NULL,
            position INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            PRIMARY KEY (log, sender, id)) WITHOUT ROWID
        """,
        "CREATE INDEX message_ids_expiry ON message_ids (expires)",
        """
        CREATE TABLE cursors (
            log INTEGER NOT NULL,
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            position INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            is_new INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (log, user, device)) WITHOUT ROWID
        """,
        """
        CREATE TABLE memberships (
            name TEXT NOT NULL,
            user TEXT NOT NULL,
            joined INTEGER NOT NULL,
            PRIMARY KEY (name, user)) WITHOUT ROWID
        """,
        "CREATE INDEX memberships_of_user ON memberships (user, name, joined)",
    ];

    /// <summary>Creates the tables in an empty file; refuses files of other programs and of newer versions.</summary>
    public static void Ensure(SqliteSession session, string path)
    {
        var version = session.One("PRAGMA user_version", r => r.GetInt32(0));
        var application = session.One("PRAGMA application_id", r => r.GetInt32(0));
        var tables = session.One("SELECT count(*) FROM sqlite_master", r => r.GetInt32(0));
        if (tables == 0)
            Create(session);
        else if (application != ApplicationId)
            throw new InvalidOperationException($"'{path}' is the database of another program: set another WsmqSqliteOptions.Path.");
        else if (version > Version)
            throw new InvalidOperationException(
                $"'{path}' was written by a newer wsmq (schema {version}, this one reads up to {Version}): run that version, or set another WsmqSqliteOptions.Path.");
        else
            AddColumns(session);
        foreach (var part in DeadLetterTable.Definition.Concat(AccessTable.Definition).Concat(UsageTable.Definition)
            .Concat(JobTable.Definition).Concat(JobOutcomeTable.Definition).Concat(QueueTable.Definition).Concat(ScheduleTable.Definition)
            .Concat(SqliteRuns.Definition).Concat(ProducerTable.Definition).Concat(DelayedTable.Definition).Concat(StateTable.Definition)
            .Concat(SqliteLastSeen.Definition).Concat(SequenceTable.Definition).Concat(TrackTable.Definition)
            .Concat(SqliteClearedMessages.Definition).Concat(UnacknowledgedTable.Definition).Concat(ExpiryTable.Definition))
            session.Run(part);
    }

    // Adds columns that the first version lacked. Older versions of wsmq can still use the file.
    private static void AddColumns(SqliteSession session)
    {
        if (!HasColumn(session, "logs", "bytes"))
        {
            session.Run("BEGIN IMMEDIATE");
            session.Run("ALTER TABLE logs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0");
            session.Run("UPDATE logs SET bytes = (SELECT total(length(metadata) + length(body)) FROM entries WHERE log = logs.id)");
            session.Run("COMMIT");
        }

        if (!HasColumn(session, "logs", "tracked"))
            session.Run("ALTER TABLE logs ADD COLUMN tracked INTEGER NOT NULL DEFAULT 0");
        if (!HasColumn(session, "logs", "gone"))
            session.Run("ALTER TABLE logs ADD COLUMN gone INTEGER NOT NULL DEFAULT 0");

        // What the devices of such a file have acknowledged is not known: they count as known readers.
        if (!HasColumn(session, "cursors", "is_new"))
            session.Run("ALTER TABLE cursors ADD COLUMN is_new INTEGER NOT NULL DEFAULT 0");
    }

    private static bool HasColumn(SqliteSession session, string table, string column) =>
        session.One("SELECT count(*) FROM pragma_table_info($table) WHERE name = $column", r => r.GetInt32(0), table, column) > 0;

    private static void Create(SqliteSession session)
    {
        session.Run("BEGIN IMMEDIATE");
        foreach (var table in Tables)
            session.Run(table);
        session.Run($"PRAGMA application_id = {ApplicationId}");
        session.Run($"PRAGMA user_version = {Version}");
        session.Run("COMMIT");
    }
}
