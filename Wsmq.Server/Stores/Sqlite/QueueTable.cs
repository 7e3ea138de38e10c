namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The state of a queue, apart from its jobs. Operations change it and save it in the same transaction.</summary>
internal sealed class QueueRow
{
    /// <summary>The log's row of the queue.</summary>
    public required long Id { get; init; }

    public required WsmqAddress Address { get; init; }

    public bool IsPaused { get; set; }

    /// <summary>The number of jobs of each <see cref="JobState"/>.</summary>
    public long[] InState { get; init; } = new long[Enum.GetValues<JobState>().Length];

    /// <summary>The bytes of all jobs but dead letters.</summary>
    public long Bytes { get; set; }

    public long DeadBytes { get; set; }

    /// <summary>The number of outcomes that are stored.</summary>
    public long Outcomes { get; set; }

    /// <summary>The time up to which the rate is used up, in µs since 1970.</summary>
    public long RateUsed { get; set; }

    public QueueTotals Totals { get; set; }

    public long Leased => InState[(int)JobState.Leased];

    public long Dead => InState[(int)JobState.Dead];

    /// <summary>Jobs without a lease that are no dead letters.</summary>
    public long Waiting => InState.Sum() - Leased - Dead;
}

internal static class QueueTable
{
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS queues (
            id INTEGER PRIMARY KEY,
            paused INTEGER NOT NULL,
            ready INTEGER NOT NULL,
            delayed INTEGER NOT NULL,
            leased INTEGER NOT NULL,
            retrying INTEGER NOT NULL,
            blocked INTEGER NOT NULL,
            dead INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            dead_bytes INTEGER NOT NULL,
            outcomes INTEGER NOT NULL,
            rate_used INTEGER NOT NULL,
            stored INTEGER NOT NULL,
            completed INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            lost INTEGER NOT NULL,
            dead_lettered INTEGER NOT NULL,
            dead_removed INTEGER NOT NULL,
            removed INTEGER NOT NULL)
        """,
    ];

    // States in the order of their numbers, then totals in the order of QueueTotals.
    private const string Columns =
        "paused, ready, delayed, leased, retrying, blocked, dead, bytes, dead_bytes, outcomes, rate_used, stored, completed, failed, lost, dead_lettered, dead_removed, removed";

    public static QueueRow Load(SqliteSession session, LogRow log) => session.One(
        $"SELECT {Columns} FROM queues WHERE id = $id",
        r => new QueueRow
        {
            Id = log.Id,
            Address = log.Address,
            IsPaused = r.GetInt32(0) != 0,
            InState = [r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6)],
            Bytes = r.GetInt64(7),
            DeadBytes = r.GetInt64(8),
            Outcomes = r.GetInt64(9),
            RateUsed = r.GetInt64(10),
            Totals = new QueueTotals
            {
                Stored = r.GetInt64(11),
                Completed = r.GetInt64(12),
                FailedAttempts = r.GetInt64(13),
                LostLeases = r.GetInt64(14),
                DeadLettered = r.GetInt64(15),
                DeadLettersRemoved = r.GetInt64(16),
                Removed = r.GetInt64(17),
            },
        },
        log.Id) ?? new QueueRow { Id = log.Id, Address = log.Address };

    public static void Save(SqliteSession session, QueueRow row) => session.Run(
        $"""
        INSERT OR REPLACE INTO queues (id, {Columns})
        VALUES ($id, $paused, $ready, $delayed, $leased, $retrying, $blocked, $dead, $bytes, $deadBytes, $outcomes, $rateUsed, $stored, $completed,
            $failed, $lost, $deadLettered, $deadRemoved, $removed)
        """,
        row.Id, row.IsPaused ? 1 : 0, row.InState[0], row.InState[1], row.InState[2], row.InState[3], row.InState[4], row.InState[5], row.Bytes,
        row.DeadBytes, row.Outcomes, row.RateUsed, row.Totals.Stored, row.Totals.Completed, row.Totals.FailedAttempts, row.Totals.LostLeases,
        row.Totals.DeadLettered, row.Totals.DeadLettersRemoved, row.Totals.Removed);
}
