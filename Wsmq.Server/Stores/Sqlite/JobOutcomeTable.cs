namespace Wsmq.Server.Stores.Sqlite;

/// <summary>How jobs ended, for a time after it. The row of a queue has the number of its outcomes.</summary>
internal static class JobOutcomeTable
{
    // The numbers are those of JobEnd.
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS job_outcomes (
            queue INTEGER NOT NULL,
            position INTEGER NOT NULL,
            ended INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            text TEXT NOT NULL,
            progress TEXT NOT NULL,
            PRIMARY KEY (queue, position)) WITHOUT ROWID
        """,
        "CREATE INDEX IF NOT EXISTS job_outcomes_ended ON job_outcomes (queue, ended)",
        "CREATE INDEX IF NOT EXISTS job_outcomes_expiry ON job_outcomes (expires)",
    ];

    /// <summary>Stores the outcome of a job; a redriven one may have an earlier outcome. Returns how many there are more than before.</summary>
    public static int Set(SqliteSession session, long queue, WsmqPosition position, JobOutcome outcome, long expires)
    {
        var gone = session.Run("DELETE FROM job_outcomes WHERE queue = $queue AND position = $position", queue, position.Value);
        session.Run(
            """
            INSERT INTO job_outcomes (queue, position, ended, expires, kind, text, progress)
            VALUES ($queue, $position, $ended, $expires, $kind, $text, $progress)
            """,
            queue, position.Value, outcome.At, expires, (int)outcome.End, outcome.Text, outcome.Progress);
        return 1 - gone;
    }

    public static JobOutcome? Find(SqliteSession session, long queue, WsmqPosition position) => session.One(
        "SELECT kind, ended, text, progress FROM job_outcomes WHERE queue = $queue AND position = $position",
        r => new JobOutcome((JobEnd)r.GetInt32(0), r.GetInt64(1), r.GetString(2), r.GetString(3)), queue, position.Value);

    /// <summary>Removes the oldest outcomes of a queue, and returns how many.</summary>
    public static int RemoveOldest(SqliteSession session, long queue, long count) => session.Run(
        """
        DELETE FROM job_outcomes WHERE (queue, position) IN
            (SELECT queue, position FROM job_outcomes WHERE queue = $queue ORDER BY ended LIMIT $count)
        """,
        queue, count);

    /// <summary>Removes outcomes whose time has passed, at most <paramref name="limit"/>, and returns how many.</summary>
    public static int Purge(SqliteSession session, long now, int limit)
    {
        var gone = session.All(
            """
            DELETE FROM job_outcomes WHERE (queue, position) IN
                (SELECT queue, position FROM job_outcomes WHERE expires <= $now ORDER BY expires LIMIT $limit) RETURNING queue
            """,
            r => r.GetInt64(0), now, limit);
        foreach (var (queue, count) in gone.CountBy(q => q))
            session.Run("UPDATE queues SET outcomes = outcomes - $count WHERE id = $queue", count, queue);
        return gone.Count;
    }
}
