namespace Wsmq.Server.Stores.Sqlite;

/// <summary>A job, without its content. Operations change it and save it in the same transaction.</summary>
internal sealed class JobRow
{
    public long Id { get; init; }

    /// <summary>The log's row of the queue.</summary>
    public required long Queue { get; init; }

    public required WsmqPosition Position { get; init; }

    public required JobState State { get; set; }

    /// <summary>
    /// The time of its state: since when it is ready, when it is due, when its lease ends, or when it became a dead letter.
    /// </summary>
    public required long At { get; set; }

    /// <summary>Since when it was ready when it was given out: its place if it is handed back.</summary>
    public long Since { get; set; }

    /// <summary>When it became visible for the first time: its place among the jobs of its key.</summary>
    public required long Visible { get; init; }

    public required JobPriority Priority { get; init; }

    public required string Key { get; init; }

    public required string Unique { get; init; }

    /// <summary>The end of its time to live; 0 if it has none.</summary>
    public required long Ends { get; set; }

    /// <summary>The time to live that the sender stated; 0 if there is none.</summary>
    public required long Life { get; init; }

    /// <summary>The token of the last grant; empty if there was none.</summary>
    public string Token { get; set; } = "";

    public int Failed { get; set; }

    public int Lost { get; set; }

    /// <summary>The duration of the last lease.</summary>
    public long Lease { get; set; }

    /// <summary>The last consumer; empty if there was none.</summary>
    public string Consumer { get; set; } = "";

    /// <summary>The last progress that a consumer reported.</summary>
    public string Progress { get; set; } = "";

    /// <summary>The bytes of metadata and body.</summary>
    public required long Bytes { get; init; }

    /// <summary>Of a dead letter.</summary>
    public DeadReason Reason { get; set; }

    /// <summary>Of a dead letter: what the consumer stated.</summary>
    public string Text { get; set; } = "";

    public bool HasExpired(long now) => Ends > 0 && Ends <= now;

    public bool HasLease(string token) => State == JobState.Leased && Token == token;
}

/// <summary>The jobs of all queues. The contents have a table of their own, because jobs are updated often.</summary>
internal static class JobTable
{
    // The numbers are those of JobState. One job of a key at most is ready, leased or retrying.
    public static readonly string[] Definition =
    [
        """
        CREATE TABLE IF NOT EXISTS jobs (
            id INTEGER PRIMARY KEY,
            queue INTEGER NOT NULL,
            position INTEGER NOT NULL,
            state INTEGER NOT NULL,
            at INTEGER NOT NULL,
            since INTEGER NOT NULL,
            visible INTEGER NOT NULL,
            priority INTEGER NOT NULL,
            key TEXT NOT NULL,
            unique_text TEXT NOT NULL,
            ends INTEGER NOT NULL,
            life INTEGER NOT NULL,
            token TEXT NOT NULL,
            failed INTEGER NOT NULL,
            lost INTEGER NOT NULL,
            lease INTEGER NOT NULL,
            consumer TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            reason INTEGER NOT NULL,
            text TEXT NOT NULL,
            progress TEXT NOT NULL)
        """,
        "CREATE UNIQUE INDEX IF NOT EXISTS jobs_of_queue ON jobs (queue, position)",
        "CREATE INDEX IF NOT EXISTS jobs_ready ON jobs (queue, priority DESC, at, position) WHERE state = 0 AND lost = 0",
        "CREATE INDEX IF NOT EXISTS jobs_suspect ON jobs (queue, at, position) WHERE state = 0 AND lost > 0",
        "CREATE INDEX IF NOT EXISTS jobs_time ON jobs (queue, state, at, position) WHERE state IN (1, 2, 3, 5)",
        "CREATE UNIQUE INDEX IF NOT EXISTS jobs_holder ON jobs (queue, key) WHERE key <> '' AND state IN (0, 2, 3)",
        "CREATE INDEX IF NOT EXISTS jobs_blocked ON jobs (queue, key, visible, position) WHERE state = 4",
        "CREATE UNIQUE INDEX IF NOT EXISTS jobs_unique ON jobs (queue, unique_text) WHERE unique_text <> '' AND state <> 5",
        "CREATE INDEX IF NOT EXISTS jobs_ends ON jobs (queue, ends) WHERE ends > 0 AND state IN (0, 1, 3, 4)",
        """
        CREATE TABLE IF NOT EXISTS job_contents (
            id INTEGER PRIMARY KEY,
            metadata BLOB NOT NULL,
            body BLOB NOT NULL)
        """,
    ];

    private const string Columns =
        "id, queue, position, state, at, since, visible, priority, key, unique_text, ends, token, failed, lost, lease, consumer, bytes, reason, text, life, progress";

    public static void Insert(SqliteSession session, JobRow row, ReadOnlyMemory<byte> metadata, ReadOnlyMemory<byte> body)
    {
        session.Run(
            """
            INSERT INTO jobs (queue, position, state, at, since, visible, priority, key, unique_text, ends, token, failed, lost, lease, consumer, bytes, reason, text, life, progress)
            VALUES ($queue, $position, $state, $at, $since, $visible, $priority, $key, $unique, $ends, '', 0, 0, 0, '', $bytes, 0, '', $life, '')
            """,
            row.Queue, row.Position.Value, (int)row.State, row.At, row.Since, row.Visible, (int)row.Priority, row.Key, row.Unique, row.Ends, row.Bytes, row.Life);
        session.Run(
            "INSERT INTO job_contents (id, metadata, body) VALUES (last_insert_rowid(), $metadata, $body)",
            metadata, body);
    }

    public static void Save(SqliteSession session, JobRow row) => session.Run(
        """
        UPDATE jobs SET state = $state, at = $at, since = $since, ends = $ends, token = $token, failed = $failed, lost = $lost,
            lease = $lease, consumer = $consumer, reason = $reason, text = $text, progress = $progress WHERE id = $id
        """,
        (int)row.State, row.At, row.Since, row.Ends, row.Token, row.Failed, row.Lost, row.Lease, row.Consumer, (int)row.Reason, row.Text, row.Progress, row.Id);

    public static void Delete(SqliteSession session, JobRow row)
    {
        session.Run("DELETE FROM jobs WHERE id = $id", row.Id);
        session.Run("DELETE FROM job_contents WHERE id = $id", row.Id);
    }

    public static JobRow? Find(SqliteSession session, long queue, WsmqPosition position) => session.One(
        $"SELECT {Columns} FROM jobs WHERE queue = $queue AND position = $position", Map, queue, position.Value);

    public static (byte[] Metadata, byte[] Body) Content(SqliteSession session, JobRow row) => session.One(
        "SELECT metadata, body FROM job_contents WHERE id = $id", r => (r.GetBytes(0), r.GetBytes(1)), row.Id);

    /// <summary>The first ready job that is no suspect.</summary>
    public static JobRow? First(SqliteSession session, long queue) => session.One(
        $"SELECT {Columns} FROM jobs WHERE queue = $queue AND state = 0 AND lost = 0 ORDER BY priority DESC, at, position LIMIT 1", Map, queue);

    public static JobRow? FirstSuspect(SqliteSession session, long queue) => session.One(
        $"SELECT {Columns} FROM jobs WHERE queue = $queue AND state = 0 AND lost > 0 ORDER BY at, position LIMIT 1", Map, queue);

    /// <summary>The jobs of a state other than ready and blocked whose time has come.</summary>
    public static List<JobRow> Due(SqliteSession session, long queue, JobState state, long now, int limit) => session.All(
        $"""
        SELECT {Columns} FROM jobs WHERE queue = $queue AND state = $state AND state IN (1, 2, 3, 5) AND at <= $now
        ORDER BY at, position LIMIT $limit
        """,
        Map, queue, (int)state, now, limit);

    /// <summary>The earliest time of a state other than ready and blocked; null if no job has it.</summary>
    public static long? Earliest(SqliteSession session, long queue, JobState state) => session.One<long?>(
        "SELECT at FROM jobs WHERE queue = $queue AND state = $state AND state IN (1, 2, 3, 5) ORDER BY at LIMIT 1",
        r => r.GetInt64(0), queue, (int)state);

    /// <summary>Leases that end later than a full duration from now, because the clock stepped back.</summary>
    public static int Shorten(SqliteSession session, long queue, long now) => session.Run(
        "UPDATE jobs SET at = $now + lease WHERE queue = $queue AND state = 2 AND state IN (1, 2, 3, 5) AND at > $now + lease", now, queue);

    /// <summary>Whether there are leases that <see cref="Shorten"/> would shorten.</summary>
    public static bool HasLate(SqliteSession session, long queue, long now) => session.One(
        """
        SELECT at > $now + lease FROM jobs WHERE queue = $queue AND state = 2 AND state IN (1, 2, 3, 5) ORDER BY at DESC LIMIT 1
        """,
        r => r.GetBoolean(0), now, queue);

    /// <summary>The earliest end of a time to live of a job without a lease; null if there is none.</summary>
    public static long? EarliestEnd(SqliteSession session, long queue) => session.One<long?>(
        "SELECT ends FROM jobs WHERE queue = $queue AND ends > 0 AND state IN (0, 1, 3, 4) ORDER BY ends LIMIT 1", r => r.GetInt64(0), queue);

    /// <summary>Jobs without a lease whose time to live has passed.</summary>
    public static List<JobRow> Expired(SqliteSession session, long queue, long now, int limit) => session.All(
        $"""
        SELECT {Columns} FROM jobs WHERE queue = $queue AND ends > 0 AND ends <= $now AND state IN (0, 1, 3, 4) ORDER BY ends LIMIT $limit
        """,
        Map, queue, now, limit);

    /// <summary>The job that has a key.</summary>
    public static JobRow? Holder(SqliteSession session, long queue, string key) => session.One(
        $"SELECT {Columns} FROM jobs WHERE queue = $queue AND key = $key AND key <> '' AND state IN (0, 2, 3)", Map, queue, key);

    /// <summary>The next job of a key that is blocked.</summary>
    public static JobRow? NextOf(SqliteSession session, long queue, string key) => session.One(
        $"SELECT {Columns} FROM jobs WHERE queue = $queue AND key = $key AND state = 4 ORDER BY visible, position LIMIT 1", Map, queue, key);

    public static WsmqPosition? WithUnique(SqliteSession session, long queue, string text) => session.One<WsmqPosition?>(
        "SELECT position FROM jobs WHERE queue = $queue AND unique_text = $text AND unique_text <> '' AND state <> 5",
        r => new WsmqPosition(SqlitePosition.Checked(r.GetInt64(0))), queue, text);

    /// <summary>Since when the oldest ready job is ready; null if none is. One step in an index for each priority, and for suspects.</summary>
    public static long? OldestReady(SqliteSession session, long queue) => Enum.GetValues<JobPriority>()
        .Select(priority => session.One<long?>(
            "SELECT at FROM jobs WHERE queue = $queue AND priority = $priority AND state = 0 AND lost = 0 ORDER BY at LIMIT 1",
            r => r.GetInt64(0), queue, (int)priority))
        .Append(FirstSuspect(session, queue)?.At).Min();

    /// <summary>A part of the jobs of a state. Each condition is that of an index: a part of a large queue is read without sorting it.</summary>
    public static List<JobRow> List(SqliteSession session, long queue, JobState state, long skip, int max) => state switch
    {
        JobState.Ready => ListReady(session, queue, skip, max),
        JobState.Blocked => Part(session, queue, "state = 4 ORDER BY key, visible, position", skip, max),
        _ => Part(session, queue, $"state = {(int)state} AND state IN (1, 2, 3, 5) ORDER BY at, position", skip, max),
    };

    private static List<JobRow> ListReady(SqliteSession session, long queue, long skip, int max)
    {
        var jobs = Part(session, queue, "state = 0 AND lost = 0 ORDER BY priority DESC, at, position", skip, max);
        if (jobs.Count < max)
        {
            var before = session.One<long>("SELECT count(*) FROM jobs WHERE queue = $queue AND state = 0 AND lost = 0", r => r.GetInt64(0), queue);
            jobs.AddRange(Part(session, queue, "state = 0 AND lost > 0 ORDER BY at, position", Math.Max(skip - before, 0), max - jobs.Count));
        }

        return jobs;
    }

    private static List<JobRow> Part(SqliteSession session, long queue, string which, long skip, int max) => session.All(
        $"SELECT {Columns} FROM jobs WHERE queue = $queue AND {which} LIMIT $max OFFSET $skip", Map, queue, max, skip);

    private static JobRow Map(SqliteRows r) => new()
    {
        Id = r.GetInt64(0),
        Queue = r.GetInt64(1),
        Position = new WsmqPosition(SqlitePosition.Checked(r.GetInt64(2))),
        State = (JobState)r.GetInt32(3),
        At = r.GetInt64(4),
        Since = r.GetInt64(5),
        Visible = r.GetInt64(6),
        Priority = (JobPriority)r.GetInt32(7),
        Key = r.GetString(8),
        Unique = r.GetString(9),
        Ends = r.GetInt64(10),
        Token = r.GetString(11),
        Failed = r.GetInt32(12),
        Lost = r.GetInt32(13),
        Lease = r.GetInt64(14),
        Consumer = r.GetString(15),
        Bytes = r.GetInt64(16),
        Reason = (DeadReason)r.GetInt32(17),
        Text = r.GetString(18),
        Life = r.GetInt64(19),
        Progress = r.GetString(20),
    };
}
