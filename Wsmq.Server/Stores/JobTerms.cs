namespace Wsmq.Server.Stores;

/// <summary>What the sender of a job demands. Part of an <see cref="AppendRequest"/> to a work queue.</summary>
internal sealed record JobTerms
{
    public static JobTerms Default { get; } = new();

    /// <summary>Jobs of one key are worked on one at a time and in order; empty if the job has none.</summary>
    public string Key { get; init; } = "";

    /// <summary>No other job with this text may be stored in the queue until this one has ended; empty if the job has none.</summary>
    public string Unique { get; init; } = "";

    /// <summary>
    /// The unique text of the job of a request begins with this character, which the senders of other jobs cannot use. Such a job becomes no
    /// dead letter: when its time to live or its attempts are over, it is gone.
    /// </summary>
    public const char RequestMark = '\u0001';

    /// <summary>The length of the id of a request: the node that waits, and 32 digits.</summary>
    public const int RequestIdLength = NodeIds.Length + 32;

    /// <summary>Whether a unique text is that of a request.</summary>
    public static bool IsOfRequest(string unique) => unique.StartsWith(RequestMark);

    public JobPriority Priority { get; init; } = JobPriority.Normal;

    /// <summary>How long it is delayed, in µs.</summary>
    public long Delay { get; init; }

    /// <summary>The time before which it must not be given out, in µs since 1970; with a delay, the later of both counts.</summary>
    public long NotBefore { get; init; }

    /// <summary>How long it may wait to be completed, in µs from its storing; 0 if for ever.</summary>
    public long TimeToLive { get; init; }

    /// <summary>The most jobs that the queue may hold without a lease, this one included.</summary>
    public long MaxWaiting { get; init; } = long.MaxValue;

    /// <summary>The most bytes that the jobs of the queue may take, this one included.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;
}

/// <summary>The options of a queue, as far as the store applies them. Times in µs.</summary>
internal sealed record QueueRules
{
    /// <summary>The duration of a lease.</summary>
    public required long Lease { get; init; }

    /// <summary>The failed attempts after which a job is a dead letter.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>The lost leases after which a job is a dead letter.</summary>
    public required int MaxLostLeases { get; init; }

    /// <summary>The first back-off; doubled with each further attempt.</summary>
    public required long MinBackoff { get; init; }

    public required long MaxBackoff { get; init; }

    /// <summary>The most leases of the queue at a time.</summary>
    public int MaxInFlight { get; init; } = int.MaxValue;

    /// <summary>The most leases a second, in the mean; 0 if there is no such limit.</summary>
    public double MaxPerSecond { get; init; }

    /// <summary>The time from lease to lease at <see cref="MaxPerSecond"/>; 0 if there is no such limit.</summary>
    public double Pace => MaxPerSecond > 0 ? 1_000_000 / MaxPerSecond : 0;

    /// <summary>The longest delay of a retry.</summary>
    public long MaxDelay { get; init; } = long.MaxValue;

    public required int MaxDeadLetters { get; init; }

    public required long MaxDeadLetterBytes { get; init; }

    public required long MaxDeadLetterAge { get; init; }

    /// <summary>How long after its end the outcome of a job is known at least; 0 if not at all.</summary>
    public long OutcomeRetention { get; init; }

    /// <summary>The most outcomes that are stored. If there are more, the latest half of them at least is known.</summary>
    public int MaxOutcomes { get; init; } = 100_000;
}
