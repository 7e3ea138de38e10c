namespace Wsmq.Server.Stores;

/// <summary>The order in which jobs are taken, before their time.</summary>
internal enum JobPriority
{
    /// <summary>After all others.</summary>
    Low = 0,

    /// <summary>The default.</summary>
    Normal = 1,

    /// <summary>Before all others.</summary>
    High = 2,
}

internal enum JobState
{
    /// <summary>Workable.</summary>
    Ready = 0,

    /// <summary>Its time has not come.</summary>
    Delayed = 1,

    /// <summary>A consumer works on it, or holds it.</summary>
    Leased = 2,

    /// <summary>An attempt has failed, or its lease was lost; it waits for the next one.</summary>
    Retrying = 3,

    /// <summary>An earlier job of its key has not ended.</summary>
    Blocked = 4,

    /// <summary>A dead letter.</summary>
    Dead = 5,
}

/// <summary>A consumer of a queue, in a <see cref="TakeRequest"/>.</summary>
/// <param name="Name">Its name: the last one to hold a job is named in a dead letter.</param>
/// <param name="Credit">How many jobs it accepts now.</param>
/// <param name="MayTakeSuspect">It holds no suspect now.</param>
internal readonly record struct JobConsumer(string Name, int Credit, bool MayTakeSuspect = true);

/// <param name="Consumers">With at least 1 credit each; without consumers only the state of the queue is returned.</param>
/// <param name="MaxBytes">No further job is taken once this is reached, but always one.</param>
internal sealed record TakeRequest(IReadOnlyList<JobConsumer> Consumers, int MaxBytes = 1 << 20);

/// <summary>A job as it was given out.</summary>
/// <param name="Consumer">The index of the consumer in the request.</param>
/// <param name="Lease">The lease.</param>
/// <param name="Attempt">The number of this attempt: the failed ones, plus 1.</param>
/// <param name="Lost">How many leases of it were lost.</param>
/// <param name="Metadata">As appended.</param>
/// <param name="Body">As appended.</param>
internal sealed record TakenJob(
    int Consumer, JobLease Lease, int Attempt, int Lost, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body)
{
    /// <summary>When it became visible, in µs since 1970.</summary>
    public required long Due { get; init; }

    /// <summary>The last progress that an earlier attempt reported; empty if there is none.</summary>
    public string Progress { get; init; } = "";

    public bool IsSuspect => Lost > 0;
}

/// <summary>The result of a take.</summary>
/// <param name="Jobs">In the order in which they are to be worked on.</param>
/// <param name="Now">The store's clock, in µs since 1970.</param>
/// <param name="NextDue">
/// When to take again: when the next delayed or retrying job is due, or the rate of the queue allows more leases; null if neither.
/// </param>
/// <param name="NextEnd">When the next lease, or the next time to live of a waiting job, ends; null if there is none.</param>
/// <param name="More">Further jobs are workable, and the rate of the queue allows their leases.</param>
/// <param name="Ended">Dead letters that this call made, because their time to live had passed.</param>
internal sealed record TakenJobs(
    IReadOnlyList<TakenJob> Jobs, long Now, long? NextDue, long? NextEnd, bool More, IReadOnlyList<DeadJob> Ended)
{
    /// <summary>The queue is paused.</summary>
    public bool IsPaused { get; init; }
}

internal enum SettleResult
{
    /// <summary>Done; after a retry, the job waits for its next attempt.</summary>
    Done = 0,

    /// <summary>The lease is not current; nothing changed.</summary>
    LeaseLost = 1,

    /// <summary>Done, and the job is a dead letter.</summary>
    DeadLettered = 2,

    /// <summary>The stored state of the job is corrupt.</summary>
    Corrupt = 3,
}

/// <summary>Why a job is a dead letter.</summary>
internal enum DeadReason
{
    Rejected = 0,
    AttemptsUsedUp = 1,
    LeasesLost = 2,
    Expired = 3,
}

internal static class DeadReasonExtensions
{
    /// <summary>The same as an end of a job.</summary>
    public static JobEnd ToEnd(this DeadReason reason) => reason switch
    {
        DeadReason.Rejected => JobEnd.Rejected,
        DeadReason.AttemptsUsedUp => JobEnd.AttemptsUsedUp,
        DeadReason.LeasesLost => JobEnd.LeasesLost,
        _ => JobEnd.Expired,
    };
}

/// <summary>A job that has become a dead letter.</summary>
/// <param name="Job">Its position.</param>
/// <param name="Reason">Why.</param>
/// <param name="Worker">The last consumer that held it; empty if none did.</param>
internal readonly record struct DeadJob(WsmqPosition Job, DeadReason Reason, string Worker);

/// <summary>The result of a reclaim.</summary>
/// <param name="Now">The store's clock, in µs since 1970.</param>
/// <param name="Lost">The leases that were taken back: the job, and the consumer that held it.</param>
/// <param name="Dead">The jobs that have become dead letters by this.</param>
/// <param name="NextEnd">When the next lease, or the next time to live of a waiting job, ends; null if there is none.</param>
/// <param name="More">Further leases have run out.</param>
internal sealed record ReclaimedJobs(
    long Now, IReadOnlyList<(WsmqPosition Job, string Worker)> Lost, IReadOnlyList<DeadJob> Dead, long? NextEnd, bool More);
