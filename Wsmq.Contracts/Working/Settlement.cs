namespace Wsmq;

/// <summary>The right to work on a job.</summary>
/// <param name="Job">Its position.</param>
/// <param name="Token">Another one with each grant; <see cref="TokenLength"/> hexadecimal digits.</param>
internal readonly record struct JobLease(WsmqPosition Job, string Token)
{
    public const int TokenLength = 16;
}

internal enum SettlementKind
{
    /// <summary>The job is done.</summary>
    Complete = 0,

    /// <summary>The attempt failed: another one after the delay.</summary>
    Retry = 1,

    /// <summary>The job can never succeed: a dead letter.</summary>
    Reject = 2,

    /// <summary>The job has not begun: workable again at once, at its old place in the order.</summary>
    HandBack = 3,
}

/// <summary>The answer to a <see cref="Settlement"/>.</summary>
internal enum SettleAnswer
{
    /// <summary>It is stored.</summary>
    Done = 0,

    /// <summary>The lease is not current; nothing changed.</summary>
    LeaseLost = 1,

    /// <summary>It will never be stored, for a reason that was reported.</summary>
    Refused = 2,
}

/// <summary>The end of an attempt.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Kind">How it ended.</param>
internal sealed record Settlement(JobLease Lease, SettlementKind Kind)
{
    /// <summary>Whether a retry counts as a failed attempt.</summary>
    public bool Counts { get; init; } = true;

    /// <summary>How long a retry waits, in µs; null for the back-off of the queue.</summary>
    public long? Delay { get; init; }

    /// <summary>The id of the request that waits for a completed job, and its answer; null for any other job.</summary>
    public (string Request, RequestAnswer Answer)? Answer { get; init; }

    /// <summary>The reason of a retry or a rejection. Never a body.</summary>
    public string Reason { get; init; } = "";
}
