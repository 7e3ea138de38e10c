namespace Wsmq.Server.Stores;

/// <summary>The state of a queue.</summary>
internal sealed record QueueInfo
{
    public static QueueInfo Empty { get; } = new();

    public bool IsPaused { get; init; }

    public long Ready { get; init; }

    public long Delayed { get; init; }

    public long Leased { get; init; }

    public long Retrying { get; init; }

    public long Blocked { get; init; }

    public long Dead { get; init; }

    /// <summary>The bytes of all jobs but dead letters, and what the store adds to them.</summary>
    public long Bytes { get; init; }

    /// <summary>Since when the oldest ready job has been workable, in µs since 1970; null if none is ready.</summary>
    public long? OldestReady { get; init; }

    /// <summary>The store's clock, in µs since 1970.</summary>
    public long Now { get; init; }

    /// <summary>Totals since the queue was created.</summary>
    public QueueTotals Totals { get; init; }
}

/// <summary>What has happened in a queue since it was created.</summary>
internal readonly record struct QueueTotals
{
    /// <summary>Jobs stored.</summary>
    public long Stored { get; init; }

    /// <summary>Jobs completed.</summary>
    public long Completed { get; init; }

    /// <summary>Retries that counted.</summary>
    public long FailedAttempts { get; init; }

    /// <summary>Leases that were taken back.</summary>
    public long LostLeases { get; init; }

    /// <summary>Jobs that became dead letters.</summary>
    public long DeadLettered { get; init; }

    /// <summary>Dead letters removed over a limit.</summary>
    public long DeadLettersRemoved { get; init; }

    /// <summary>Jobs and dead letters removed by a call: cancelled, deleted or purged.</summary>
    public long Removed { get; init; }
}

/// <summary>A job as it is stored.</summary>
internal sealed record StoredJob
{
    public required WsmqPosition Job { get; init; }

    public required JobState State { get; init; }

    /// <summary>
    /// The time of its state, in µs since 1970: since when it is ready, when it is due, when its lease ends, when it became a dead letter;
    /// for a blocked one, since when it is visible.
    /// </summary>
    public required long At { get; init; }

    public required JobPriority Priority { get; init; }

    public required string Key { get; init; }

    public required string Unique { get; init; }

    /// <summary>The end of its time to live, in µs since 1970; 0 if it has none.</summary>
    public required long Ends { get; init; }

    public int FailedAttempts { get; init; }

    public int LostLeases { get; init; }

    /// <summary>The last consumer; empty if there was none.</summary>
    public string Consumer { get; init; } = "";

    /// <summary>Of a dead letter.</summary>
    public DeadReason? DeadReason { get; init; }

    /// <summary>Of a dead letter: what the consumer stated.</summary>
    public string Text { get; init; } = "";

    /// <summary>The last progress that a consumer reported; empty if there is none. Of a dead letter it is part of the outcome.</summary>
    public string Progress { get; init; } = "";

    /// <summary>As appended; null if it was not asked for.</summary>
    public (ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body)? Content { get; init; }
}

/// <summary>How a job ended.</summary>
internal enum JobEnd
{
    Completed = 0,

    /// <summary>It became a dead letter, for the reason of the same name.</summary>
    Rejected = 1,
    AttemptsUsedUp = 2,
    LeasesLost = 3,
    Expired = 4,

    /// <summary>It was cancelled or purged.</summary>
    Removed = 5,
}

/// <param name="End">How the job ended.</param>
/// <param name="At">When, in µs since 1970.</param>
/// <param name="Text">Of a dead letter: what the consumer stated.</param>
/// <param name="Progress">The last progress that a consumer reported; empty if there is none.</param>
internal sealed record JobOutcome(JobEnd End, long At, string Text, string Progress);

/// <summary>What is known of a job.</summary>
/// <param name="Job">The job or dead letter, without its content; null if it is not stored.</param>
/// <param name="Outcome">How it ended, if it has ended and that is still known; of a dead letter as well.</param>
/// <param name="HasEnded">It has ended: it is a dead letter, or not stored although its position is not after the last one of its queue.</param>
internal sealed record JobStatus(StoredJob? Job, JobOutcome? Outcome, bool HasEnded);
