namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The state of a queue, apart from its jobs. Operations change it and save it in the same transaction.</summary>
internal sealed class QueueRow
{
    /// <summary>The log's row of the queue.</summary>
    public required long Id { get; init; }

    public required WsmqAddress Address { get; init; }

    public bool IsPaused { get; set; }

    /// <summary>Jobs that are no dead letters.</summary>
    public long Jobs { get; set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; set; }

    public long Leased { get; set; }

    public long Dead { get; set; }

    public long DeadBytes { get; set; }

    /// <summary>Totals: jobs stored, completed, failed attempts, lost leases, dead letters made, dead letters removed.</summary>
    public long Stored { get; set; }

    public long Completed { get; set; }

    public long Failed { get; set; }

    public long Lost { get; set; }

    public long Died { get; set; }

    public long Removed { get; set; }
}

internal static class QueueTable
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS queues (
            id INTEGER PRIMARY KEY,
            paused INTEGER NOT NULL DEFAULT 0,
            jobs INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            leased INTEGER NOT NULL DEFAULT 0,
            dead INTEGER NOT NULL DEFAULT 0,
            dead_bytes INTEGER NOT NULL DEFAULT 0,
            stored INTEGER NOT NULL DEFAULT 0,
            completed INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            lost INTEGER NOT NULL DEFAULT 0,
            died INTEGER NOT NULL DEFAULT 0,
            removed INTEGER NOT NULL DEFAULT 0)
        """,
    ];

    public static QueueRow Load(SqliteSession session, LogRow log) => session.One(
        "SELECT paused, jobs, bytes, leased, dead, dead_bytes, stored, completed, failed, lost, died, removed FROM queues WHERE id = $id",
        r => new QueueRow
        {
            Id = log.Id,
            Address = log.Address,
            IsPaused = r.GetInt32(0) != 0,
            Jobs = r.GetInt64(1),
            Bytes = r.GetInt64(2),
            Leased = r.GetInt64(3),
            Dead = r.GetInt64(4),
            DeadBytes = r.GetInt64(5),
            Stored = r.GetInt64(6),
            Completed = r.GetInt64(7),
            Failed = r.GetInt64(8),
            Lost = r.GetInt64(9),
            Died = r.GetInt64(10),
            Removed = r.GetInt64(11),
        },
        log.Id) ?? new QueueRow { Id = log.Id, Address = log.Address };

    public static void Save(SqliteSession session, QueueRow row) => session.Run(
        """
        INSERT OR REPLACE INTO queues (id, paused, jobs, bytes, leased, dead, dead_bytes, stored, completed, failed, lost, died, removed)
        VALUES ($id, $paused, $jobs, $bytes, $leased, $dead, $deadBytes, $stored, $completed, $failed, $lost, $died, $removed)
        """,
        row.Id, row.IsPaused ? 1 : 0, row.Jobs, row.Bytes, row.Leased, row.Dead, row.DeadBytes, row.Stored, row.Completed, row.Failed, row.Lost,
        row.Died, row.Removed);
}
